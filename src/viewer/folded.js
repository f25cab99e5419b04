/*
 * folded.js - what is shown as folded stacks, as sonde itself writes them: a line a stack.
 */
viewer.folded = (function () {
	const data = viewer.data, weights = viewer.weights;
	const EMPTY = "<empty>"; /* a stack without a frame */
	const LIKE_COUNT = / [0-9.]+$/; /* readers would take it for one */

	/* Bytes of UTF-8 are in the order of code points; UTF-16 is not, where surrogates begin. */
	function compare(a, b) {
		const length = Math.min(a.length, b.length);
		for (let i = 0; i < length; i++) {
			let left = a.charCodeAt(i), right = b.charCodeAt(i);
			if (left === right)
				continue;
			if (left >= 0xd800 && right >= 0xd800) {
				left += left >= 0xe000 ? -0x2000 : 0x2000;
				right += right >= 0xe000 ? -0x2000 : 0x2000;
			}
			return left - right;
		}
		return a.length - b.length;
	}

	function isRoot(frame) {
		const { PROCESS, THREAD, INTERPRETER } = data.KIND;
		return [PROCESS, THREAD, INTERPRETER].includes(data.funcs[data.frames.func[frame]].kind);
	}

	function textOf(func, frame) {
		const text = data.label(func, data.frames.line[frame]).replace(/;/g, ":");
		return LIKE_COUNT.test(text) && !isRoot(frame) ? text + " ()" : text;
	}

	/* Of a difference two numbers a line, old and new. */
	function write() {
		const { count, parent, frame } = data.nodes;
		const columns = (data.diff ? ["oldSamples", "samples"] : ["samples"]).map((name) => weights.column(name, "own"));
		const texts = Array.from(data.frames.func, textOf);
		const counts = new Map();
		for (let n = 0; n < count; n++) {
			const rounded = columns.map((column) => Math.round(column[n]));
			if (!rounded.some((value) => value > 0))
				continue;
			const stack = [];
			for (let at = n; at > 0; at = parent[at])
				stack.push(texts[frame[at]]);
			if (!n || (isRoot(frame[n]) && LIKE_COUNT.test(stack[0])))
				stack.unshift(EMPTY);
			const text = stack.reverse().join(";");
			const before = counts.get(text);
			counts.set(text, before ? rounded.map((value, i) => value + before[i]) : rounded);
		}
		return Array.from(counts, ([text, sums]) => text + " " + sums.join(" ") + "\n").sort(compare).join("");
	}

	function save() {
		const link = document.createElement("a");
		link.href = URL.createObjectURL(new Blob([write()], { type: "text/plain" }));
		link.download = (data.title.replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "sonde") + ".folded";
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 10000);
	}

	return { write, save };
})();
