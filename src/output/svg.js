/*
 * svg.js - what a browser does with the picture: click to zoom, search, reset, keys.
 *
 * Each frame is <g class="f" data-x data-w>: its place and width as parts of the whole.
 */
"use strict";
(function () {
	var svg = document.documentElement;
	var frames = Array.prototype.slice.call(svg.querySelectorAll(".f"));
	var status = document.getElementById("status");
	var matched = document.getElementById("matched");
	var reset = document.getElementById("reset");
	var LEFT = 10, WIDTH = svg.viewBox.baseVal.width - 2 * LEFT, CHAR = 6.65;
	var zoomed = null; /* the frame that fills the width, null for the whole */
	var typing = false, query = "";

	function place(f) {
		return { x: +f.getAttribute("data-x"), w: +f.getAttribute("data-w"),
			 y: +f.querySelector("rect").getAttribute("y") };
	}

	function tip(f) { return f.querySelector("title").textContent; }

	/* The label, as much of it as fits. */
	function label(f, width) {
		var text = f.querySelector("text"), name = tip(f).split("\n")[0];
		var fits = Math.floor((width - 5) / CHAR);
		if (!text) {
			if (fits < 3) return;
			text = document.createElementNS("http://www.w3.org/2000/svg", "text");
			text.setAttribute("y", place(f).y + 12);
			f.appendChild(text);
		}
		text.textContent = fits < 3 ? "" : name.length <= fits ? name : name.slice(0, fits - 1) + "\u2026";
		text.setAttribute("x", +f.querySelector("rect").getAttribute("x") + 3);
	}

	function layout() {
		var from = zoomed ? place(zoomed) : { x: 0, w: 1, y: -1 };
		frames.forEach(function (f) {
			var p = place(f);
			var isAbove = zoomed && p.y < from.y;
			var inside = isAbove ? p.x <= from.x + 1e-9 && p.x + p.w >= from.x + from.w - 1e-9
					     : p.x >= from.x - 1e-9 && p.x + p.w <= from.x + from.w + 1e-9;
			var x = isAbove ? 0 : (p.x - from.x) / from.w, w = isAbove ? 1 : p.w / from.w;
			f.classList.toggle("hidden", !inside);
			f.classList.toggle("above", !!isAbove);
			if (!inside) return;
			var rect = f.querySelector("rect");
			rect.setAttribute("x", (LEFT + x * WIDTH).toFixed(2));
			rect.setAttribute("width", Math.max(w * WIDTH, 0.1).toFixed(2));
			label(f, w * WIDTH);
		});
		reset.classList.toggle("hidden", !zoomed && !query);
	}

	/* Which share of the whole the frames that match cover, each place once. */
	function search() {
		var pattern = null, spans = [], sum = 0, end = -1;
		try { pattern = query ? new RegExp(query) : null; } catch (e) { pattern = null; }
		frames.forEach(function (f) {
			var found = !!pattern && pattern.test(tip(f).split("\n")[0]);
			f.classList.toggle("found", found);
			if (found) spans.push(place(f));
		});
		spans.sort(function (a, b) { return a.x - b.x || b.w - a.w; });
		spans.forEach(function (s) {
			var from = Math.max(s.x, end);
			if (s.x + s.w > from) { sum += s.x + s.w - from; end = s.x + s.w; }
		});
		matched.textContent = query || typing
			? "/" + query + (typing ? "\u2588" : "") + (pattern ? "  matched " + (100 * sum).toFixed(1) + " %" : "")
			: "";
		reset.classList.toggle("hidden", !zoomed && !query);
	}

	function zoom(f) { zoomed = f; layout(); }
	function clear() { typing = false; query = ""; zoomed = null; search(); layout(); }

	svg.addEventListener("click", function (event) {
		var f = event.target.closest(".f");
		if (event.target.closest("#reset")) clear();
		else if (event.target.closest("#search")) { typing = true; query = ""; search(); }
		else if (f) zoom(place(f).w > 0.9999999 ? null : f);
	});
	svg.addEventListener("mouseover", function (event) {
		var f = event.target.closest(".f");
		status.textContent = f ? tip(f).replace(/\n/g, "   ") : "";
	});
	window.addEventListener("keydown", function (event) {
		if (event.ctrlKey && event.key === "f" || event.key === "/" && !typing) {
			typing = true;
			query = "";
		} else if (event.key === "Escape") {
			clear();
		} else if (typing && event.key === "Enter") {
			typing = false;
		} else if (typing && event.key === "Backspace") {
			query = query.slice(0, -1);
		} else if (typing && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
			query += event.key;
		} else {
			return;
		}
		event.preventDefault();
		search();
	});
	layout();
})();
