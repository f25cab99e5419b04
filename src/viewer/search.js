/*
 * search.js - which frames a pattern finds, and what share of the whole they are part of.
 */
viewer.search = (function () {
	const data = viewer.data, weights = viewer.weights, tree = viewer.tree;
	let query = "", pattern = null, isWrong = false;
	let found = null; /* by key of boxes; null: nothing is looked for */
	let share = 0;

	/* A pattern that is none (yet) is looked for as it stands. */
	function compile(text) {
		isWrong = false;
		try {
			return new RegExp(text, "iu");
		} catch (e) {
			isWrong = true;
			return new RegExp(text.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&"), "iu");
		}
	}

	/* Stacks with such a frame anywhere, each once. */
	function measure() {
		const { count, parent } = data.nodes, under = new Uint8Array(count), own = weights.own;
		const keys = tree.nodeKeys();
		let sum = 0;
		for (let n = 1; n < count; n++) {
			under[n] = under[parent[n]] | found[keys[n]];
			if (under[n])
				sum += own[n];
		}
		share = weights.all ? sum / weights.all : 0;
	}

	function refresh() {
		if (!query) {
			found = null;
			return;
		}
		found = new Uint8Array(tree.keyCount);
		for (let key = 0; key < found.length; key++)
			found[key] = pattern.test(tree.keyLabel(key)) ? 1 : 0;
		measure();
	}

	return {
		get query() { return query; },
		get isWrong() { return isWrong; },
		get share() { return share; },
		get isOn() { return found !== null; },
		finds: (key) => found !== null && key >= 0 && found[key] === 1,
		matches: (text) => !pattern || pattern.test(text),
		set(text) {
			query = text;
			isWrong = false;
			pattern = query ? compile(query) : null;
			refresh();
		},
		refresh, /* weights or boxes have changed */
	};
})();
