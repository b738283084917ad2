
// The map: what part of the plane is seen, and drawing it.

const LABEL_HEIGHT = 17;
const CELL = 4; // labels are kept apart on a grid of cells of so many pixels
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const darkScheme = matchMedia("(prefers-color-scheme: dark)");

class WordMap {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.view = { x: 0, y: 0, scale: 1 }; // the word plane's point in the middle, pixels per unit
    this.inset = { left: 0, top: 0, bottom: 0 }; // what panels cover along the edges
    this.panels = []; // their boxes, under which nothing is written
    this.selected = -1;
    this.near = [];
    this.hovered = -1;
    this.labels = [];
    this.labelledView = null;
    this.labelWidths = new Float32Array(count);
    this.readColors();
    darkScheme.addEventListener("change", () => { this.readColors(); this.redraw(); });
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
    this.showAll(false);
  }

  readColors() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colors = {
      ground: read("--ground"), text: read("--text"), quiet: read("--quiet"),
      accent: read("--accent"), tones: read("--tones").split(/\s+/),
    };
    this.font = `13px ${style.fontFamily}`;
    this.boldFont = `600 14px ${style.fontFamily}`;
  }

  resize() {
    const whole = this.fitScale();
    const share = whole ? this.view.scale / whole : 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.view.scale = share * this.fitScale();
    this.labelledView = null;
    this.draw(); // at once: a resized canvas is blank until drawn
  }

  /** Pixels per unit at which all words are seen. */
  fitScale() {
    const [x, y] = data.extent;
    return Math.max(Math.min((this.width - 40) / (2 * x), (this.height - 60) / (2 * y)), 1);
  }

  // -- moving ----------------------------------------------------------------

  screenX(row) { return (positions[2 * row] - this.view.x) * this.view.scale + this.width / 2; }
  screenY(row) { return (this.view.y - positions[2 * row + 1]) * this.view.scale + this.height / 2; }

  pan(dx, dy) {
    this.flight = null;
    this.settleLabels();
    const { view } = this;
    // The map cannot be lost: its middle stays within reach.
    const [x, y] = data.extent;
    view.x = Math.min(Math.max(view.x - dx / view.scale, -4 * x), 4 * x);
    view.y = Math.min(Math.max(view.y + dy / view.scale, -4 * y), 4 * y);
    this.redraw();
  }

  /** Zoom around a place: without one, the middle of what the panel leaves free. */
  zoom(
    factor,
    x = (this.width + this.inset.left) / 2,
    y = (this.height + this.inset.top - this.inset.bottom) / 2,
  ) {
    this.flight = null;
    this.settleLabels();
    const { view } = this;
    const fit = this.fitScale();
    const scale = Math.min(Math.max(view.scale * factor, fit / 2), fit * 4000);
    const moved = 1 / view.scale - 1 / scale;
    view.x += (x - this.width / 2) * moved;
    view.y -= (y - this.height / 2) * moved;
    view.scale = scale;
    this.redraw();
  }

  showAll(smoothly = true) {
    this.fly({ x: 0, y: 0, scale: this.fitScale() }, smoothly);
  }

  /** Bring a word to the middle of what panels leave free, as near as all its neighbours fit. */
  goTo(row, smoothly = true) {
    const { inset } = this;
    const x = positions[2 * row], y = positions[2 * row + 1];
    const near = neighborsOf(row).map((one) => one.row);
    const reachX = Math.max(...near.map((at) => Math.abs(positions[2 * at] - x)), 1e-9);
    const reachY = Math.max(...near.map((at) => Math.abs(positions[2 * at + 1] - y)), 1e-9);
    // Around the points there is room for their labels.
    const roomX = Math.max((this.width - inset.left) / 2 - 70, 40);
    const roomY = Math.max((this.height - inset.top - inset.bottom) / 2 - 30, 40);
    const fit = this.fitScale();
    const scale = Math.min(Math.max(Math.min(roomX / reachX, roomY / reachY), fit / 4), 40 * fit);
    this.fly({
      x: x - inset.left / 2 / scale,
      y: y + (inset.top - inset.bottom) / 2 / scale,
      scale,
    }, smoothly);
  }

  fly(to, smoothly) {
    this.flight = null;
    if (!smoothly || reducedMotion.matches) {
      this.view = { ...to };
      this.redraw();
      return;
    }
    const from = { ...this.view };
    const begin = performance.now();
    const flight = this.flight = (now) => {
      const t = Math.min(Math.max((now - begin) / 600, 0), 1);
      const ease = t < 0.5 ? 4 * t ** 3 : 1 - 4 * (1 - t) ** 3;
      const scale = from.scale * (to.scale / from.scale) ** ease;
      // While the scale changes by a factor, the middle moves in step with what is on the screen.
      const far = Math.abs(to.scale / from.scale - 1) < 1e-3
        ? ease : (1 / from.scale - 1 / scale) / (1 / from.scale - 1 / to.scale);
      this.view = { x: from.x + (to.x - from.x) * far, y: from.y + (to.y - from.y) * far, scale };
      if (t === 1) this.flight = null;
    };
    this.redraw();
    return flight;
  }

  // -- choosing --------------------------------------------------------------

  select(row) {
    this.selected = row;
    this.near = row < 0 ? [] : neighborsOf(row).map((near) => near.row);
    this.labelledView = null;
    this.redraw();
  }

  hover(row) {
    if (row === this.hovered) return;
    this.hovered = row;
    this.redraw();
  }

  /** The word whose label or point is at a place of the screen, or -1. */
  wordAt(x, y, reach) {
    for (const label of this.labels) {
      const left = this.screenX(label.row) + label.dx, top = this.screenY(label.row) + label.dy;
      if (x >= left && x <= left + label.width && y >= top && y <= top + LABEL_HEIGHT) return label.row;
    }
    let best = -1, least = reach * reach;
    for (let row = 0; row < count; row++) {
      const dx = this.screenX(row) - x, dy = this.screenY(row) - y;
      const distance = dx * dx + dy * dy;
      if (distance < least) { least = distance; best = row; }
    }
    return best;
  }

  // -- drawing ---------------------------------------------------------------

  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame((now) => {
      this.waiting = false;
      this.flight?.(now);
      this.draw();
      if (this.flight) this.redraw();
    });
  }

  draw() {
    const ratio = this.canvas.width / this.width || 1;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const closeness = Math.log2(this.view.scale / this.fitScale());
    this.radius = Math.min(Math.max(1 + 0.35 * closeness, 0.8), 4);
    this.drawPoints(ratio);
    if (this.selected >= 0) this.drawLinks();
    if (this.labelsAreStale()) this.placeLabels();
    this.drawLabels();
    if (this.hovered >= 0) this.drawHover();
  }

  drawLinks() {
    const { context, colors, selected } = this;
    const x = this.screenX(selected), y = this.screenY(selected);
    context.strokeStyle = context.fillStyle = colors.accent;
    context.lineWidth = 1;
    context.globalAlpha = 0.4;
    context.beginPath();
    for (const row of this.near) {
      context.moveTo(x, y);
      context.lineTo(this.screenX(row), this.screenY(row));
    }
    context.stroke();
    context.globalAlpha = 1;
    this.dot(selected, Math.max(this.radius + 2, 5));
    for (const row of this.near) this.dot(row, Math.max(this.radius, 3));
  }

  dot(row, radius) {
    this.context.beginPath();
    this.context.arc(this.screenX(row), this.screenY(row), radius, 0, 7);
    this.context.fill();
  }

  drawHover() {
    const { context, colors, hovered, width } = this;
    const text = visible(words[hovered]);
    context.fillStyle = colors.text;
    this.dot(hovered, Math.max(this.radius + 1, 3));
    context.font = this.boldFont;
    const wide = Math.ceil(context.measureText(text).width) + 16;
    const left = Math.min(Math.max(this.screenX(hovered) - wide / 2, 4), Math.max(width - wide - 4, 4));
    const above = this.screenY(hovered) - this.radius - 32;
    const top = above < 4 ? this.screenY(hovered) + this.radius + 8 : above;
    context.beginPath();
    context.roundRect(left, top, wide, 26, 6);
    context.fill();
    context.fillStyle = colors.ground;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, left + 8, top + 13.5);
  }
}
