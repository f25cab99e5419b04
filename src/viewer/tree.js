/*
 * tree.js - boxes: stacks merged by function (or by line), opened as far as somebody looks.
 *
 * A box is a set of nodes of the profile. Its children are found when they are asked for, so that a
 * picture costs what is wide enough to be seen, however large the profile is. Downwards they are
 * what was called; upwards, who called.
 */
viewer.tree = (function () {
	const data = viewer.data, weights = viewer.weights;
	const state = { byLine: false };
	const names = { func: null, line: null }; /* of keys, and their order; made when first needed */

	/* The key of each node. */
	function nodeKeys() { return state.byLine ? data.nodes.frame : data.nodes.func; }

	function keyOf(node) { return nodeKeys()[node]; }

	function funcOf(key) { return state.byLine ? data.frames.func[key] : key; }

	function keyCount() { return state.byLine ? data.frames.func.length : data.funcs.length; }

	/* labels: by key. order: the keys in the order of labels. rank: the place of each key in it. */
	function keyNames() {
		const kind = state.byLine ? "line" : "func";
		if (names[kind])
			return names[kind];
		const labels = [], rank = new Int32Array(keyCount());
		for (let key = 0; key < rank.length; key++)
			labels.push(state.byLine ? data.label(data.frames.func[key], data.frames.line[key]) : data.label(key, 0));
		const order = Int32Array.from(labels, (label, key) => key);
		order.sort((a, b) => (labels[a] < labels[b] ? -1 : labels[a] > labels[b] ? 1 : a - b));
		order.forEach((key, place) => { rank[key] = place; });
		return names[kind] = { labels, order, rank };
	}

	function keyLabel(key) { return keyNames().labels[key]; }

	/*
	 * origins: the nodes whose weights count (column of weights: own or total). at: where each of
	 * them stands when one climbs from it; downwards they are the same. Those of a box are the
	 * places from begin to end; brothers share the arrays.
	 */
	function makeBox(tree, parent, key, set, begin, end) {
		const column = tree.column === "own" ? weights.own : weights.total;
		let value = 0;
		for (let i = begin; i < end; i++)
			value += column[set.origins[i]];
		return {
			tree, parent, key, set, begin, end, value,
			depth: parent ? parent.depth + 1 : 0,
			x: 0, /* where it begins, in the unit of values */
			label: key >= 0 ? keyLabel(key) : "",
			opened: null,
			sums: null,
		};
	}

	/* What becomes boxes, before it is put in order. A node is at most once among the children of one box. */
	const gathered = { count: 0, origins: new Int32Array(data.nodes.count), at: new Int32Array(data.nodes.count) };

	function gatherBelow(box) {
		const { first, next } = data.nodes, total = weights.total, { origins, at } = gathered;
		let count = 0;
		for (let i = box.begin; i < box.end; i++)
			for (let child = first[box.set.at[i]]; child >= 0; child = next[child])
				if (total[child] > 0)
					origins[count] = at[count++] = child;
		gathered.count = count;
	}

	function gatherAbove(box) {
		const { origins, at } = gathered;
		let count = 0;
		for (let i = box.begin; i < box.end; i++) {
			const parent = data.nodes.parent[box.set.at[i]];
			if (parent > 0) {
				origins[count] = box.set.origins[i];
				at[count++] = parent;
			}
		}
		gathered.count = count;
	}

	let ends = new Int32Array(0); /* by key; all 0 between two calls */

	/*
	 * Boxes of what was gathered: counted by key, and put into that order. From left to right by
	 * name, so that they stay where they are when filters change.
	 */
	function open(box) {
		const keys = nodeKeys(), { order, rank } = keyNames(), { count, origins, at } = gathered, found = [];
		const set = { origins: new Int32Array(count), at: new Int32Array(count) };
		const ranks = [];
		if (ends.length < keyCount())
			ends = new Int32Array(keyCount());
		for (let i = 0; i < count; i++)
			if (ends[keys[at[i]]]++ === 0)
				ranks.push(rank[keys[at[i]]]);
		const distinct = Int32Array.from(ranks).sort().map((place) => order[place]); /* numbers sort faster than by a function */
		const sizes = distinct.map((key) => ends[key]);
		let begin = 0;
		distinct.forEach((key, i) => {
			ends[key] = begin;
			begin += sizes[i];
		});
		for (let i = 0; i < count; i++) {
			const place = ends[keys[at[i]]]++;
			set.origins[place] = origins[i];
			set.at[place] = at[i];
		}
		let x = box.x;
		distinct.forEach((key, i) => {
			const child = makeBox(box.tree, box, key, set, ends[key] - sizes[i], ends[key]);
			ends[key] = 0;
			if (!(child.value > 0))
				return;
			child.x = x;
			x += child.value;
			found.push(child);
		});
		return box.opened = found;
	}

	function children(box) {
		if (box.opened)
			return box.opened;
		(box.tree.up ? gatherAbove : gatherBelow)(box);
		return open(box);
	}

	function rootBox(tree, label, key, origins) {
		tree.root = makeBox(tree, null, key, { origins, at: origins }, 0, origins.length);
		tree.root.label = label;
		return tree;
	}

	/* The whole profile from the root down. */
	function whole() { return rootBox({ up: false, column: "total" }, "all", -1, [0]); }

	/* The whole profile from the leaves up: who took the time, and who called it. */
	function inverted() {
		const own = weights.own, { origins, at } = gathered;
		let count = 0;
		for (let n = 0; n < data.nodes.count; n++)
			if (own[n] > 0)
				origins[count++] = n;
		const leaves = origins.slice(0, count), tree = { up: true, column: "own" };
		rootBox(tree, "all", -1, leaves);
		/* what ended in the root has no frame */
		gathered.count = count && leaves[0] === 0 ? count - 1 : count;
		origins.set(leaves.subarray(count - gathered.count));
		at.set(leaves.subarray(count - gathered.count));
		open(tree.root);
		return tree;
	}

	/* Where a function was called from outside of itself: recursion counts once. */
	function occurrences(func) {
		const of = data.nodes.func, outer = data.outer, total = weights.total, found = [];
		for (let n = 1; n < data.nodes.count; n++)
			if (of[n] === func && outer[n] && total[n] > 0)
				found.push(n);
		return found;
	}

	function around(func, up) {
		return rootBox({ up, column: "total" }, data.label(func, 0), -2, occurrences(func));
	}

	/* The sum of a column over a box: what tooltips say. */
	function sum(box, name, of) {
		const sums = box.sums = box.sums || {}, kept = name + " " + of;
		if (kept in sums)
			return sums[kept];
		const column = weights.column(name, of), nodes = of === "own" ? box.set.at : box.set.origins;
		let value = 0;
		for (let i = box.begin; i < box.end; i++)
			value += column[nodes[i]];
		return sums[kept] = value;
	}

	function boxFunc(box) {
		if (box.key >= 0)
			return data.funcs[funcOf(box.key)];
		return box.key === -2 && box.end > box.begin ? data.funcs[data.nodes.func[box.set.at[box.begin]]] : null;
	}

	return { state, children, whole, inverted, around, sum, boxFunc, nodeKeys, keyOf, keyLabel, get keyCount() { return keyCount(); } };
})();
