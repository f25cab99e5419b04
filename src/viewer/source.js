/*
 * source.js - the lines of a file with what each of them took, and their text where it is known.
 */
viewer.source = (function () {
	const data = viewer.data, weights = viewer.weights, format = viewer.format;
	const picker = document.getElementById("file"), body = document.getElementById("source-lines");
	const note = document.getElementById("source-note");
	const AROUND = 3; /* lines without samples that are shown beside one that has some */
	let path = "", wanted = 0; /* the line to be seen first; 0: the hottest */

	/* Own and total by line of one file; a line counts once for each stack. */
	function measure(wanted) {
		const { frame, count } = data.nodes, outer = data.outerLines, lines = new Map();
		const own = weights.own, total = weights.total, found = [null]; /* the line of a frame, by its number in slots */
		const slots = data.frames.func.map((func, i) => {
			const number = data.funcs[func].path === wanted ? data.frames.line[i] : 0;
			if (!(number > 0))
				return 0;
			if (!lines.has(number))
				lines.set(number, { own: 0, total: 0, func: data.funcs[func].name });
			return found.push(lines.get(number)) - 1;
		});
		for (let n = 1; n < count; n++) {
			if (!slots[frame[n]])
				continue;
			const line = found[slots[frame[n]]];
			line.own += own[n];
			if (outer[n])
				line.total += total[n];
		}
		return lines;
	}

	/* Files by own weight. */
	function listFiles() {
		const by = new Map(), sums = new Float64Array(data.funcs.length), own = weights.own, of = data.nodes.func;
		for (let n = 1; n < data.nodes.count; n++)
			sums[of[n]] += own[n];
		for (const func of data.funcs)
			if (func.path)
				by.set(func.path, (by.get(func.path) || 0) + sums[func.index]);
		const files = Array.from(by).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
		picker.replaceChildren();
		for (const [file, own] of files.slice(0, 1000)) {
			const option = format.element("option", "", format.percent(weights.all ? own / weights.all : 0) + "   " + viewer.tip.shorten(file));
			option.value = file;
			picker.append(option);
		}
		if (!by.has(path))
			path = files.length ? files[0][0] : "";
		picker.value = path;
	}

	function numbersToShow(lines, texts) {
		const shown = new Set();
		for (const number of lines.keys())
			for (let n = number - AROUND; n <= number + AROUND; n++)
				if (n > 0 && (lines.has(n) || texts && texts.has(n)))
					shown.add(n);
		return Array.from(shown).sort((a, b) => a - b);
	}

	function share(value, hottest) {
		const cell = format.element("td", "number", value > 0 ? format.percent(weights.all ? value / weights.all : 0) : "");
		if (value > 0)
			cell.style.background = "color-mix(in srgb, var(--heat) " + Math.round(8 + 62 * value / hottest) + "%, transparent)";
		return cell;
	}

	/* The line that was asked for, else the hottest, in the middle. */
	function reveal(lines) {
		let best = wanted;
		if (!lines.has(best))
			for (const [number, line] of lines)
				if (wanted ? number > wanted && (best === wanted || number < best) : !best || line.own > lines.get(best).own)
					best = number;
		const row = body.querySelector('tr[data-line="' + best + '"]');
		if (row)
			row.scrollIntoView({ block: "center" });
	}

	function showLines() {
		const lines = measure(path), texts = data.sources.get(path);
		let hottest = 0, before = 0;
		for (const line of lines.values())
			hottest = Math.max(hottest, line.total);
		body.replaceChildren();
		for (const number of numbersToShow(lines, texts)) {
			if (texts && before && number > before + 1) {
				const gap = format.element("tr", "gap"), cell = format.element("td", "", "\u22ef");
				cell.colSpan = 4;
				gap.append(cell);
				body.append(gap);
			}
			before = number;
			const line = lines.get(number) || { own: 0, total: 0 }, row = format.element("tr");
			row.dataset.line = number;
			const text = texts && texts.get(number);
			row.append(share(line.own, hottest || 1), share(line.total, hottest || 1), format.element("td", "line", String(number)),
				text !== undefined && text !== null ? format.element("td", "text", text)
					: format.element("td", "unknown", line.func ? viewer.tip.shorten(line.func) : ""));
			body.append(row);
		}
		reveal(lines);
		note.textContent = !path ? "No file is known." : texts ? "" :
			"The text of this file is not in the recording; these are its lines that were seen.";
	}

	picker.addEventListener("change", () => {
		path = picker.value;
		wanted = 0;
		showLines();
	});

	return {
		refresh() {
			listFiles();
			showLines();
		},
		/* The file of a function, at that function. */
		open(func) {
			if (!func.path)
				return;
			path = func.path;
			wanted = func.line;
		},
	};
})();
