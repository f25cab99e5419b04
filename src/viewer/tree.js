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

	function keyOf(node) {
		const frame = data.nodes.frame[node];
		return state.byLine ? frame : data.frames.func[frame];
	}

	function funcOf(key) { return state.byLine ? data.frames.func[key] : key; }

	function keyLabel(key) {
		return state.byLine ? data.label(data.frames.func[key], data.frames.line[key])
				    : data.label(key, 0);
	}

	/*
	 * origins: the nodes whose weights count (column of weights: own or total). at: where each of
	 * them stands when one climbs from it; downwards they are the same.
	 */
	function makeBox(tree, parent, key, origins, at) {
		const column = tree.column === "own" ? weights.own : weights.total;
		let value = 0;
		for (let i = 0; i < origins.length; i++)
			value += column[origins[i]];
		return {
			tree, parent, key, origins, at, value,
			depth: parent ? parent.depth + 1 : 0,
			x: 0, /* where it begins, in the unit of values */
			opened: null,
		};
	}

	function add(groups, key, origin, at) {
		let group = groups.get(key);
		if (!group)
			groups.set(key, group = { origins: [], at: [] });
		group.origins.push(origin);
		group.at.push(at);
	}

	function groupBelow(box, groups) {
		const { first, next } = data.nodes, total = weights.total;
		for (const node of box.at)
			for (let child = first[node]; child >= 0; child = next[child])
				if (total[child] > 0)
					add(groups, keyOf(child), child, child);
	}

	function groupAbove(box, groups) {
		for (let i = 0; i < box.at.length; i++) {
			const parent = data.nodes.parent[box.at[i]];
			if (parent > 0)
				add(groups, keyOf(parent), box.origins[i], parent);
		}
	}

	/* From left to right by name, so that they stay where they are when filters change. */
	function open(box, groups) {
		const found = [];
		for (const [key, group] of groups) {
			const child = makeBox(box.tree, box, key, group.origins, group.at);
			if (child.value > 0)
				found.push(child);
		}
		found.forEach((child) => { child.label = keyLabel(child.key); });
		found.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : a.key - b.key));
		let x = box.x;
		for (const child of found) {
			child.x = x;
			x += child.value;
		}
		return box.opened = found;
	}

	function children(box) {
		if (box.opened)
			return box.opened;
		const groups = new Map();
		(box.tree.up ? groupAbove : groupBelow)(box, groups);
		return open(box, groups);
	}

	function rootBox(tree, label, key, origins) {
		tree.root = makeBox(tree, null, key, origins, origins);
		tree.root.label = label;
		return tree;
	}

	/* The whole profile from the root down. */
	function whole() { return rootBox({ up: false, column: "total" }, "all", -1, [0]); }

	/* The whole profile from the leaves up: who took the time, and who called it. */
	function inverted() {
		const leaves = [], own = weights.own;
		for (let n = 0; n < data.nodes.count; n++)
			if (own[n] > 0)
				leaves.push(n);
		const tree = { up: true, column: "own" };
		rootBox(tree, "all", -1, leaves);
		const groups = new Map();
		for (const n of leaves)
			if (n > 0)
				add(groups, keyOf(n), n, n);
		open(tree.root, groups);
		return tree;
	}

	/* Where a function was called from outside of itself: recursion counts once. */
	function occurrences(func) {
		const { count, parent, frame } = data.nodes, found = [];
		const inside = new Uint8Array(count);
		for (let n = 1; n < count; n++) {
			const is = data.frames.func[frame[n]] === func;
			if (is && !inside[parent[n]] && weights.total[n] > 0)
				found.push(n);
			inside[n] = inside[parent[n]] || is ? 1 : 0;
		}
		return found;
	}

	function around(func, up) {
		return rootBox({ up, column: "total" }, data.label(func, 0), -2, occurrences(func));
	}

	/* The sum of a column over a box: what tooltips say. */
	function sum(box, name, of) {
		const column = weights.column(name, of);
		let value = 0;
		for (const node of of === "own" ? box.at : box.origins)
			value += column[node];
		return value;
	}

	function boxFunc(box) {
		if (box.key >= 0)
			return data.funcs[funcOf(box.key)];
		return box.key === -2 && box.at.length
			? data.funcs[data.frames.func[data.nodes.frame[box.at[0]]]] : null;
	}

	return {
		state, children, whole, inverted, around, sum, boxFunc, keyOf, keyLabel,
		get keyCount() { return state.byLine ? data.frames.func.length : data.funcs.length; },
	};
})();
