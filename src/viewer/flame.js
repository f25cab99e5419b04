/*
 * flame.js - boxes on a canvas: the flame graph, and callers and callees of a function.
 *
 * The canvas is as large as what can be seen of it and stays where it is while its surroundings are
 * scrolled. Only what is wider than half a pixel is opened and drawn; of narrower neighbours stands
 * a grey patch. The frames around what is chosen and what the mouse is on are elements of their own
 * above the canvas, so that they move without a box being drawn.
 */
viewer.Flame = (function () {
	const tree = viewer.tree, format = viewer.format, colours = viewer.colours;
	const ROW = 19, PAD = 4, NARROWEST = 0.5, ZOOM_MS = 160, OPEN_MS = 5, OPEN_ALWAYS = 500;
	const FONT = '11.5px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
	const still = window.matchMedia("(prefers-reduced-motion: reduce)");

	/* The first of neighbours that ends behind x. */
	function firstBehind(boxes, x) {
		let low = 0, high = boxes.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (boxes[middle].x + boxes[middle].value <= x)
				low = middle + 1;
			else
				high = middle;
		}
		return low;
	}

	/* The last of a row that begins at x or before it. */
	function lastBefore(row, x) {
		let low = 0, high = row.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (row[middle].left <= x)
				low = middle + 1;
			else
				high = middle;
		}
		return low - 1;
	}

	class Flame {
		/* host: a scrolling element. options: up (roots at the bottom), onPick(box), onStatus(text). */
		constructor(host, options) {
			this.host = host;
			this.options = options;
			this.canvas = format.element("canvas");
			this.spacer = format.element("div", "spacer");
			this.marks = { selected: format.element("div", "mark selected"), hovered: format.element("div", "mark") };
			host.append(this.canvas, this.spacer, this.marks.selected, this.marks.hovered);
			this.context = this.canvas.getContext("2d");
			this.fromBottom = !!options.fromBottom;
			this.tree = null;
			this.rows = []; /* by depth, what is drawn, from left to right */
			this.again = 0; /* the request for the next picture, where this one is not whole */
			this.hovered = this.selected = null;
			this.listen();
			new ResizeObserver(() => this.layout()).observe(host);
		}

		listen() {
			const at = (event) => {
				const bounds = this.canvas.getBoundingClientRect();
				return this.find(event.clientX - bounds.left, event.clientY - bounds.top);
			};
			this.canvas.addEventListener("mousemove", (event) => this.hover(at(event), event));
			this.canvas.addEventListener("mouseleave", () => this.hover(null));
			this.canvas.addEventListener("click", (event) => {
				this.host.focus({ preventScroll: true });
				if (event.detail > 1) /* the picture may have moved since the first */
					return;
				const box = at(event);
				if (box)
					this.zoom(box);
			});
			this.canvas.addEventListener("dblclick", () => this.selected && this.options.onPick && this.options.onPick(this.selected));
			this.host.addEventListener("scroll", () => { this.draw(); viewer.tip.hide(); });
		}

		/* Another tree. What was zoomed into is found again by its path, as far as it is there. */
		show(shown) {
			const path = [];
			for (let box = this.zoomed; box && box.parent; box = box.parent)
				path.unshift(box.key);
			const isSame = this.tree && this.tree.up === shown.up && this.tree.root.key === shown.root.key &&
				this.tree.root.label === shown.root.label;
			this.tree = shown;
			this.hovered = this.selected = null;
			this.options.onStatus("");
			this.zoomed = shown.root;
			for (const key of isSame ? path : []) {
				const child = tree.children(this.zoomed).find((box) => box.key === key);
				if (!child)
					break;
				this.zoomed = child;
			}
			this.from = this.zoomed.x;
			this.span = this.zoomed.value;
			this.layout();
			if (this.fromBottom)
				this.host.scrollTop = this.host.scrollHeight;
		}

		zoom(box) {
			const start = { from: this.from, span: this.span }, begun = performance.now();
			this.zoomed = box;
			this.selected = box;
			const step = (now) => {
				if (this.zoomed !== box)
					return;
				const part = still.matches ? 1 : Math.min(1, Math.max(0, now - begun) / ZOOM_MS);
				const eased = part * (2 - part);
				this.from = start.from + (box.x - start.from) * eased;
				this.span = start.span + (box.value - start.span) * eased;
				this.layout();
				if (part < 1)
					requestAnimationFrame(step);
				else
					this.reveal(box);
			};
			requestAnimationFrame(step);
			this.options.onStatus(viewer.tip.line(box));
			if (this.options.onZoom)
				this.options.onZoom(box);
		}

		get isZoomed() { return !!this.tree && this.zoomed !== this.tree.root; }

		/*
		 * The boxes that are wide enough, level by level. What takes too long to find is left for
		 * the next picture, so that moving stays smooth; where nothing has moved, that one goes on
		 * at the last row that was whole.
		 */
		place() {
			const scale = this.span > 0 ? this.width / this.span : 0, until = performance.now() + OPEN_MS;
			const of = { root: this.tree.root, scale, from: this.from, width: this.width, whole: 0 };
			const before = this.placedOf || {};
			const isSame = this.isPartial && ["root", "scale", "from", "width"].every((name) => of[name] === before[name]);
			let opened = 0, depth = isSame ? before.whole : 0;
			this.scale = scale;
			this.rows = isSame ? this.rows.slice(0, depth + 1) : [[this.item(this.tree.root)]];
			this.placedOf = of;
			this.isPartial = false;
			for (; depth < this.rows.length; depth++) {
				const below = [];
				for (const { box } of this.rows[depth]) {
					if (!box)
						continue;
					if (box.opened || opened++ < OPEN_ALWAYS || performance.now() < until)
						this.placeBelow(box, scale, below);
					else
						this.isPartial = true;
				}
				if (below.length)
					this.rows.push(below);
				if (!this.isPartial)
					of.whole = depth;
			}
		}

		item(box) {
			const left = (box.x - this.from) * this.scale;
			return { box, left: Math.max(0, left), right: Math.min(this.width, left + box.value * this.scale) };
		}

		/* Wide children are added to row; narrow ones are passed over as many at once as are one patch. */
		placeBelow(box, scale, row) {
			const children = tree.children(box);
			let patch = null;
			for (let i = firstBehind(children, this.from); i < children.length;) {
				const child = children[i], x = (child.x - this.from) * scale;
				if (x >= this.width)
					break;
				if (child.value * scale >= NARROWEST) {
					row.push(this.item(child));
					patch = null;
					i++;
					continue;
				}
				const next = Math.max(i + 1, firstBehind(children, child.x + NARROWEST / scale));
				const last = children[next - 1], end = (last.x + last.value - this.from) * scale;
				if (!patch)
					row.push(patch = { box: null, left: Math.max(0, x), right: end });
				patch.right = Math.min(this.width, end);
				i = next;
			}
		}

		layout() {
			const ratio = window.devicePixelRatio || 1;
			const width = this.host.clientWidth, height = this.host.clientHeight;
			if (!this.tree || !width || !height)
				return;
			this.width = width;
			this.place();
			const wanted = this.rows.length * ROW + PAD;
			this.content = Math.max(wanted, height);
			if (this.spare !== wanted - height)
				this.spacer.style.height = Math.max(0, wanted - height) + "px";
			this.spare = wanted - height;
			this.ratio = ratio;
			this.height = height;
			if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
				this.canvas.width = Math.round(width * ratio);
				this.canvas.height = Math.round(height * ratio);
				this.canvas.style.width = width + "px";
				this.canvas.style.height = height + "px";
			}
			this.draw();
			cancelAnimationFrame(this.again);
			if (this.isPartial)
				this.again = requestAnimationFrame(() => this.isPartial && this.layout());
		}

		/* Of the row, in all that can be scrolled. */
		top(depth) { return this.fromBottom ? this.content - (depth + 1) * ROW : depth * ROW; }

		depthAt(y) { return Math.floor((this.fromBottom ? this.content - 1e-6 - y : y) / ROW); }

		/* What is drawn there of the canvas. */
		find(x, y) {
			const row = this.rows[this.depthAt(y + this.host.scrollTop)] || [], at = lastBefore(row, x);
			return at >= 0 && x < row[at].right ? row[at].box : null;
		}

		draw() {
			if (!this.tree || !this.width || this.host.closest("[hidden]"))
				return;
			const context = this.context, scrolled = this.host.scrollTop;
			const ends = [this.depthAt(scrolled), this.depthAt(scrolled + this.height)].sort((a, b) => a - b);
			this.ink = colours.css("--box-ink");
			context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
			context.clearRect(0, 0, this.width, this.height);
			context.font = FONT;
			context.textBaseline = "middle";
			this.char = this.char || context.measureText("m").width;
			for (let depth = Math.max(0, ends[0]); depth <= ends[1] && depth < this.rows.length; depth++)
				for (const item of this.rows[depth])
					this.drawItem(item, this.top(depth) - scrolled);
			context.globalAlpha = 1;
			this.mark("selected");
			this.mark("hovered");
		}

		drawItem(item, y) {
			const context = this.context, width = item.right - item.left, box = item.box;
			const gap = width > 3 ? 1 : width > 1.5 ? 0.4 : 0;
			if (!box) {
				if (width < 1)
					return;
				context.globalAlpha = 0.55;
				context.fillStyle = colours.of(null);
				context.fillRect(item.left, y, width, ROW - 1);
				return;
			}
			const isFound = viewer.search.finds(box.key);
			const isAbove = box.depth < this.zoomed.depth;
			context.globalAlpha = viewer.search.isOn && !isFound ? 0.38 : isAbove ? 0.6 : 1;
			context.fillStyle = isFound ? "#c9348f" : this.colour(box);
			context.fillRect(item.left, y, width - gap, ROW - 1);
			if (width > 4 * this.char)
				this.drawLabel(box, item.left, y, width - gap, isFound);
		}

		colour(box) {
			if (colours.state.mode === "difference") {
				const of = box.tree.column;
				return colours.byDelta(tree.sum(box, "new", of) - tree.sum(box, "old", of));
			}
			return colours.of(tree.boxFunc(box));
		}

		/* The name, and paler where it stands, as much as fits. */
		drawLabel(box, x, y, width, isFound) {
			const context = this.context, room = width - 8;
			const func = tree.boxFunc(box), name = func ? func.name : box.label;
			const alpha = context.globalAlpha, middle = y + ROW / 2 + 0.5;
			const shown = this.fit(box.label, room);
			context.fillStyle = isFound ? "#ffffff" : this.ink;
			if (shown.length <= name.length || !box.label.startsWith(name)) {
				context.fillText(shown, x + 4, middle);
				return;
			}
			context.fillText(name, x + 4, middle);
			context.globalAlpha = alpha * 0.62;
			context.fillText(shown.slice(name.length), x + 4 + this.measure(name), middle);
			context.globalAlpha = alpha;
		}

		measure(text) {
			return /^[ -~]*$/.test(text) ? text.length * this.char : this.context.measureText(text).width;
		}

		fit(text, room) {
			const most = Math.floor(room / this.char);
			if (/^[ -~]*$/.test(text.slice(0, most + 1)))
				return text.length <= most ? text : text.slice(0, Math.max(0, most - 1)) + "\u2026";
			const chars = Array.from(text.slice(0, 2 * most + 2));
			if (chars.join("") === text && this.measure(text) <= room)
				return text;
			while (chars.length && this.measure(chars.join("") + "\u2026") > room)
				chars.pop();
			return chars.join("") + "\u2026";
		}

		/* A frame around the box of that name, as far as it can be seen. */
		mark(name) {
			const box = this[name], mark = this.marks[name], item = box && this.item(box);
			mark.hidden = !item || item.right <= item.left || box.depth >= this.rows.length;
			if (mark.hidden)
				return;
			mark.style.transform = "translate(" + item.left + "px," + this.top(box.depth) + "px)";
			mark.style.width = Math.max(1, item.right - item.left - 0.5) + "px";
		}

		hover(box, event) {
			if (box)
				viewer.tip.show(box, event.clientX, event.clientY);
			else
				viewer.tip.hide();
			if (box === this.hovered)
				return;
			this.hovered = box;
			this.canvas.style.cursor = box ? "pointer" : "default";
			this.options.onStatus(box ? viewer.tip.line(box) : this.selected ? viewer.tip.line(this.selected) : "");
			this.mark("hovered");
		}

		select(box) {
			if (!box)
				return;
			this.selected = box;
			this.reveal(box);
			this.mark("selected");
			this.options.onStatus(viewer.tip.line(box));
		}

		/* Scrolls so far that the row can be seen. */
		reveal(box) {
			const top = this.top(box.depth) - this.host.scrollTop;
			if (top < 0)
				this.host.scrollTop += top;
			else if (top + ROW > this.height)
				this.host.scrollTop += top + ROW - this.height;
		}

		/* The box beside the selected one: "parent", "child" (the widest), -1, 1 (left, right). */
		move(where) {
			if (!this.tree)
				return;
			const from = this.selected || this.zoomed;
			if (!this.selected)
				this.select(from);
			else if (where === "parent")
				this.select(from.parent);
			else if (where === "child")
				this.select(tree.children(from).reduce((a, b) => (a && a.value >= b.value ? a : b), null));
			else
				this.moveAside(from, where);
		}

		moveAside(from, step) {
			const row = (this.rows[from.depth] || []).filter((item) => item.box).map((item) => item.box);
			this.select(row[row.indexOf(from) + step]);
		}

		reset() {
			this.selected = null;
			this.options.onStatus("");
			if (this.isZoomed) {
				this.zoom(this.tree.root);
				this.selected = null;
			}
			this.draw();
		}

		/* For who looks at the page from outside: what is placed, and the boxes of it in the canvas. */
		get placed() { return this.rows.flat(); }

		get shown() {
			const scrolled = this.host.scrollTop;
			return this.placed.filter((item) => item.box).map((item) => ({
				label: item.box.label, value: item.box.value, depth: item.box.depth,
				left: item.left, width: item.right - item.left, top: this.top(item.box.depth) - scrolled,
			}));
		}
	}
	return Flame;
})();
