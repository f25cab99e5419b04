/*
 * tip.js - what is said of a box beside the mouse.
 */
viewer.tip = (function () {
	const data = viewer.data, weights = viewer.weights, tree = viewer.tree, format = viewer.format;
	const tip = document.getElementById("tip");
	const NAME_MAX = 400; /* characters; nobody reads more */
	let filled = null; /* the box that it tells of */

	function shorten(text) {
		const chars = Array.from(text);
		return chars.length > NAME_MAX ? chars.slice(0, NAME_MAX).join("") + "\u2026" : text;
	}

	function row(name, share, samples, time) {
		const made = format.element("tr");
		made.append(format.element("th", "", name), format.element("td", "", format.percent(share)),
			format.element("td", "", format.samples(samples)));
		if (time > 0)
			made.append(format.element("td", "", format.duration(time)));
		return made;
	}

	function oneProfile(table, box) {
		const add = (name, of) => {
			const samples = tree.sum(box, "samples", of), time = tree.sum(box, "time", of);
			const share = weights.unit === "time" ? time / (weights.allOf("time") || 1)
							      : samples / (weights.allOf("samples") || 1);
			table.append(row(name, share, samples, time));
		};
		if (box.tree.up)
			add("here", box.tree.column);
		else {
			add("total", "total");
			add("own", "own");
		}
	}

	function twoProfiles(table, box) {
		const of = box.tree.column;
		const before = tree.sum(box, "old", of), after = tree.sum(box, "new", of);
		table.append(row("old", before, tree.sum(box, "oldSamples", of), tree.sum(box, "oldTime", of)),
			row("new", after, tree.sum(box, "samples", of), tree.sum(box, "time", of)));
		const made = format.element("tr", "delta");
		made.append(format.element("th", "", "change"), format.element("td", "", format.points(after - before)));
		made.lastChild.colSpan = 3;
		table.append(made);
	}

	/* The line of source that a box stands for. */
	function sourceOf(box, func) {
		const lines = func && data.sources.get(func.path);
		if (!lines || !tree.state.byLine || box.key < 0)
			return null;
		const text = lines.get(data.frames.line[box.key]);
		return text ? text.trim() : null;
	}

	function fill(box) {
		const func = tree.boxFunc(box), table = format.element("table");
		tip.replaceChildren(format.element("div", "name", shorten(func ? func.name : box.label)));
		if (func && func.path) {
			const line = tree.state.byLine && box.key >= 0 ? data.frames.line[box.key] : func.line;
			tip.append(format.element("div", "path", shorten(func.path) + (line > 0 ? ":" + line : "")));
		}
		(data.diff ? twoProfiles : oneProfile)(table, box);
		tip.append(table);
		const source = sourceOf(box, func);
		if (source)
			tip.append(format.element("code", "", shorten(source)));
		const packages = { 1: "this program", 2: "installed", 3: "standard library" };
		if (func && packages[func.origin]) {
			const name = func.origin === 3 ? "" : func.packageName;
			tip.append(format.element("div", "package", (name ? name + ", " : "") + packages[func.origin]));
		}
	}

	/* Inside of the window, and not under the mouse. */
	function place(x, y) {
		const width = tip.offsetWidth, height = tip.offsetHeight;
		const left = Math.max(4, Math.min(x + 14, window.innerWidth - width - 8));
		const top = y + 18 + height > window.innerHeight ? Math.max(4, y - height - 12) : y + 18;
		tip.style.transform = "translate(" + left + "px," + top + "px)";
	}

	/* One line: for the status. */
	function line(box) {
		if (data.diff) {
			const before = tree.sum(box, "old", box.tree.column), after = tree.sum(box, "new", box.tree.column);
			return box.label + "   old " + format.percent(before) + ", new " + format.percent(after) + ", " +
				format.points(after - before);
		}
		const samples = tree.sum(box, "samples", box.tree.column);
		return box.label + "   " + format.samples(samples) + ", " + format.percent(weights.all ? box.value / weights.all : 0);
	}

	return {
		line, shorten,
		show(box, x, y) {
			if (box !== filled)
				fill(box);
			filled = box;
			tip.hidden = false;
			place(x, y);
		},
		text(text, x, y) {
			filled = null;
			tip.replaceChildren(format.element("div", "", text));
			tip.hidden = false;
			place(x, y);
		},
		hide() { tip.hidden = true; },
	};
})();
