/*
 * sandwich.js - all functions by own or total weight; of the chosen one who called it and what it
 * called.
 */
viewer.sandwich = (function () {
	const data = viewer.data, weights = viewer.weights, tree = viewer.tree, format = viewer.format;
	const ROWS_AT_ONCE = 100;
	const body = document.getElementById("functions"), head = document.getElementById("functions-head");
	const title = document.getElementById("chosen");
	const more = format.element("tr"); /* the end of the list, where it goes on */
	const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && addRows(),
		{ root: body.closest(".list"), rootMargin: "400px" });
	let rows = [], shown = [], listed = 0, sort = data.diff ? "delta" : "own", chosen = -1, callers, callees, listeners = [];

	/* Own and total of each function; one that calls itself counts once. */
	function measure(own, total) {
		const { func, count } = data.nodes, outer = data.outer;
		const of = { own: new Float64Array(data.funcs.length), total: new Float64Array(data.funcs.length) };
		for (let n = 1; n < count; n++) {
			of.own[func[n]] += own[n];
			if (outer[n])
				of.total[func[n]] += total[n];
		}
		return of;
	}

	function collect() {
		const all = weights.all || 1, now = measure(weights.own, weights.total);
		let before = null, after = null;
		if (data.diff) {
			before = measure(weights.column("old", "own"), weights.column("old", "total"));
			after = measure(weights.column("new", "own"), weights.column("new", "total"));
		}
		rows = [];
		for (const func of data.funcs) {
			const i = func.index;
			if (now.total[i] > 0 && (func.kind === data.KIND.PYTHON || func.kind === data.KIND.MARKER))
				rows.push({ func, label: data.label(i, 0), own: now.own[i] / all, total: now.total[i] / all,
					delta: before ? after.own[i] - before.own[i] : 0 });
		}
	}

	function compare(a, b) {
		if (sort === "name")
			return a.func.name < b.func.name ? -1 : a.func.name > b.func.name ? 1 : a.func.index - b.func.index;
		return b[sort] - a[sort] || b.total - a.total || a.func.index - b.func.index;
	}

	function cell(row, share) {
		const made = format.element("td", "number");
		const bar = format.element("i");
		bar.style.transform = "scaleX(" + Math.max(0, Math.min(1, share)) + ")";
		made.append(bar, format.element("span", "", format.percent(share)));
		row.append(made);
	}

	function line(row) {
		const made = format.element("tr", row.func.index === chosen ? "chosen" : "");
		made.dataset.func = row.func.index;
		cell(made, row.own);
		cell(made, row.total);
		if (data.diff) {
			const delta = format.element("td", "number", format.points(row.delta).replace(" points", ""));
			delta.style.color = Math.abs(row.delta) < 0.0005 ? "" : row.delta > 0 ? "var(--slower)" : "var(--faster)";
			made.append(delta);
		}
		const name = format.element("td", "function");
		const mark = format.element("b");
		mark.style.background = viewer.colours.state.mode === "difference" ? viewer.colours.byDelta(row.delta) : viewer.colours.of(row.func);
		name.append(mark, format.element("span", "", viewer.tip.shorten(row.func.name)),
			format.element("small", "", viewer.tip.shorten(row.func.file)));
		made.append(name);
		return made;
	}

	/* The next of the rows; the others come when the end of the list comes into sight. */
	function addRows() {
		more.remove();
		body.append(...shown.slice(listed, listed + ROWS_AT_ONCE).map(line));
		listed = Math.min(shown.length, listed + ROWS_AT_ONCE);
		watcher.unobserve(more);
		if (listed === shown.length)
			return;
		more.firstChild.textContent = format.count(shown.length - listed) + " more";
		body.append(more);
		watcher.observe(more);
	}

	function showRows() {
		shown = rows.filter((row) => viewer.search.matches(row.label));
		listed = 0;
		body.replaceChildren();
		addRows();
		for (const header of head.querySelectorAll("th"))
			header.setAttribute("aria-sort", header.dataset.sort === sort ? "descending" : "none");
	}

	function showChosen() {
		const row = rows.find((other) => other.func.index === chosen);
		title.replaceChildren();
		if (!row) {
			title.append(format.element("span", "", rows.length ? "Choose a function." : ""));
			return;
		}
		title.append(format.element("strong", "", viewer.tip.shorten(data.label(chosen, row.func.line))),
			format.element("span", "", "total " + format.percent(row.total) + ", own " + format.percent(row.own)));
		callers.show(tree.around(chosen, true));
		callees.show(tree.around(chosen, false));
	}

	function choose(index) {
		chosen = index;
		for (const line of body.querySelectorAll("tr"))
			line.classList.toggle("chosen", Number(line.dataset.func) === index);
		showChosen();
		listeners.forEach((listener) => listener(data.funcs[index]));
	}

	/* The chosen one is the first of the list until somebody chooses. */
	function refresh() {
		collect();
		rows.sort(compare);
		if (rows.length && !rows.some((row) => row.func.index === chosen))
			chosen = rows[0].func.index;
		showRows();
		showChosen();
	}

	function start(onStatus) {
		const pick = (box) => {
			const func = tree.boxFunc(box);
			if (func)
				choose(func.index);
		};
		more.append(format.element("td", "more"));
		more.firstChild.colSpan = 4;
		callers = new viewer.Flame(document.getElementById("callers"), { fromBottom: true, onStatus, onPick: pick });
		callees = new viewer.Flame(document.getElementById("callees"), { onStatus, onPick: pick });
		if (data.diff)
			head.querySelector("[data-sort=delta]").hidden = false;
		body.addEventListener("click", (event) => {
			const line = event.target.closest("tr");
			if (line && line.dataset.func)
				choose(Number(line.dataset.func));
		});
		head.addEventListener("click", (event) => {
			const header = event.target.closest("th");
			if (header) {
				sort = header.dataset.sort;
				rows.sort(compare);
				showRows();
			}
		});
	}

	/* The row above or below the chosen one. */
	function step(by) {
		const lines = Array.from(body.querySelectorAll("tr[data-func]"));
		const at = lines.findIndex((line) => line.classList.contains("chosen"));
		const line = lines[Math.max(0, Math.min(lines.length - 1, at + by))];
		if (!line)
			return;
		choose(Number(line.dataset.func));
		line.scrollIntoView({ block: "nearest" });
	}

	return {
		start, refresh, choose, step, showRows,
		get chosen() { return chosen; },
		get flames() { return [callers, callees]; },
		onChoose(listener) { listeners.push(listener); },
	};
})();
