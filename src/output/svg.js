/*
 * svg.js - what a browser does with the picture: click to zoom, search, reset, keys; it is as wide
 * as the window.
 *
 * Each frame is <g class="f" data-x data-w>: its place and width as parts of the whole.
 */
"use strict";
(function () {
	var svg = document.documentElement;
	var status = document.getElementById("status");
	var matched = document.getElementById("matched");
	var reset = document.getElementById("reset");
	var height = svg.viewBox.baseVal.height, drawn = svg.viewBox.baseVal.width;
	var LEFT = 10, NARROWEST = 480, CHAR = 6.65, ROW = 17;
	var width; /* of the boxes together */
	var zoomed = null; /* the frame that fills the width, null for the whole */
	var chosen = null; /* the one that keys move from */
	var typing = false, query = "";

	/* What is asked of each again and again. */
	var frames = Array.prototype.map.call(svg.querySelectorAll(".f"), function (g) {
		var rect = g.querySelector("rect");
		return { g: g, rect: rect, text: g.querySelector("text"), tip: g.querySelector("title").textContent,
			 x: +g.getAttribute("data-x"), w: +g.getAttribute("data-w"), y: +rect.getAttribute("y") };
	});

	function frameOf(element) {
		var g = element.closest && element.closest(".f");
		return g ? frames.find(function (f) { return f.g === g; }) : null;
	}

	function name(f) { return f.tip.split("\n")[0]; }

	/* The label, as much of it as fits. */
	function label(f, left, room) {
		var fits = Math.floor((room - 5) / CHAR);
		if (!f.text) {
			if (fits < 3) return;
			f.text = document.createElementNS("http://www.w3.org/2000/svg", "text");
			f.text.setAttribute("y", f.y + 12);
			f.g.appendChild(f.text);
		}
		f.text.textContent = fits < 3 ? "" : name(f).length <= fits ? name(f) : name(f).slice(0, fits - 1) + "\u2026";
		f.text.setAttribute("x", (left + 3).toFixed(2));
	}

	function isAbove(f) { return zoomed && f.y < zoomed.y; }

	function isInside(f) {
		if (!zoomed) return true;
		return isAbove(f) ? f.x <= zoomed.x + 1e-9 && f.x + f.w >= zoomed.x + zoomed.w - 1e-9
				  : f.x >= zoomed.x - 1e-9 && f.x + f.w <= zoomed.x + zoomed.w + 1e-9;
	}

	function layout() {
		var from = zoomed || { x: 0, w: 1 };
		frames.forEach(function (f) {
			var above = isAbove(f), inside = isInside(f);
			var x = above ? 0 : (f.x - from.x) / from.w, w = above ? 1 : f.w / from.w;
			f.g.classList.toggle("hidden", !inside);
			f.g.classList.toggle("above", !!above);
			if (!inside) return;
			f.rect.setAttribute("x", (LEFT + x * width).toFixed(2));
			f.rect.setAttribute("width", Math.max(w * width, 0.1).toFixed(2));
			label(f, LEFT + x * width, w * width);
		});
		reset.classList.toggle("hidden", !zoomed && !query);
	}

	/* As wide as the window; what stands at the right moves along. */
	function resize() {
		var wide = Math.max(NARROWEST, window.innerWidth), moved = wide - drawn;
		drawn = wide;
		width = wide - 2 * LEFT;
		svg.setAttribute("width", wide);
		svg.setAttribute("viewBox", "0 0 " + wide + " " + height);
		svg.querySelectorAll(".right").forEach(function (text) {
			text.setAttribute("x", +text.getAttribute("x") + moved);
		});
		layout();
	}

	/* As a regular expression; what is none (yet) as it stands. */
	function compile(text) {
		try { return new RegExp(text, "i"); } catch (e) { /* not yet */ }
		return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
	}

	/* Which share of the whole the frames that match cover, each place once. */
	function search() {
		var pattern = query ? compile(query) : null, spans = [], sum = 0, end = -1;
		frames.forEach(function (f) {
			var found = !!pattern && pattern.test(name(f));
			f.g.classList.toggle("found", found);
			if (found) spans.push(f);
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

	function say(f) { status.textContent = f ? f.tip.replace(/\n/g, "   ") : ""; }

	function choose(f) {
		if (chosen) chosen.g.classList.remove("chosen");
		chosen = f;
		say(f);
		if (!f) return;
		f.g.classList.add("chosen");
		f.rect.scrollIntoView({ block: "nearest" });
	}

	function zoom(f) { zoomed = f && f.w > 0.9999999 ? null : f; layout(); }
	function clear() { typing = false; query = ""; zoomed = null; choose(null); search(); layout(); }

	/* From the chosen one to its parent, its widest child, its neighbour. */
	function move(key) {
		var seen = frames.filter(isInside), next = null;
		if (!chosen) {
			choose(zoomed || frames[0]);
			return;
		}
		seen.forEach(function (f) {
			var over = f.x <= chosen.x + 1e-9 && f.x + f.w >= chosen.x + chosen.w - 1e-9;
			var under = f.x >= chosen.x - 1e-9 && f.x + f.w <= chosen.x + chosen.w + 1e-9;
			var same = f.y === chosen.y;
			if (key === "ArrowUp" && f.y === chosen.y - ROW && over ||
			    key === "ArrowDown" && f.y === chosen.y + ROW && under && (!next || f.w > next.w) ||
			    key === "ArrowLeft" && same && f.x < chosen.x && (!next || f.x > next.x) ||
			    key === "ArrowRight" && same && f.x > chosen.x && (!next || f.x < next.x))
				next = f;
		});
		if (next) choose(next);
	}

	svg.addEventListener("click", function (event) {
		var f = frameOf(event.target);
		if (event.target.closest("#reset")) clear();
		else if (event.target.closest("#search")) { typing = true; query = ""; search(); }
		else if (f) { choose(f); zoom(f); }
	});
	svg.addEventListener("mouseover", function (event) { say(frameOf(event.target) || chosen); });
	window.addEventListener("resize", resize);
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
		} else if (/^Arrow/.test(event.key)) {
			move(event.key);
			event.preventDefault();
			return;
		} else if (event.key === "Enter" && chosen) {
			zoom(chosen);
			return;
		} else {
			return;
		}
		event.preventDefault();
		search();
	});
	resize();
})();
