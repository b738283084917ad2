
// Labels: which words are written beside their points, never one over another.

Object.assign(WordMap.prototype, {
  /** Labels stay as they are while the map is moved, so that they do not flicker. */
  labelsAreStale() {
    const { labelledView: old, view, width, height } = this;
    return !old || old.scale !== view.scale
      || Math.abs(old.x - view.x) * view.scale > width * 0.3
      || Math.abs(old.y - view.y) * view.scale > height * 0.3;
  },

  /** When a movement has ended, labels are placed anew, whole. */
  settleLabels() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => { this.labelledView = null; this.redraw(); }, 200);
  },

  placeLabels() {
    const { width, height, view } = this;
    this.labelledView = { ...view };
    this.labels = [];
    // Beyond the edge by what may be moved before labels are placed anew.
    this.marginX = width * 0.35;
    this.marginY = height * 0.35;
    this.columns = Math.ceil((width + 2 * this.marginX) / CELL);
    this.lines = Math.ceil((height + 2 * this.marginY) / CELL);
    this.taken = new Uint8Array(this.columns * this.lines);

    for (const { left, top, width: wide, height: tall } of this.panels) {
      this.take(left + this.marginX, top + this.marginY, wide, tall);
    }
    if (this.selected >= 0) {
      this.placeLabel(this.selected, true);
      for (const row of this.near) this.placeLabel(row, true);
    }
    const marked = new Set(this.selected < 0 ? [] : [this.selected, ...this.near]);
    for (let row = 0; row < count; row++) {
      const x = this.screenX(row), y = this.screenY(row);
      if (x < -this.marginX || x > width + this.marginX) continue;
      if (y < -this.marginY || y > height + this.marginY || marked.has(row)) continue;
      this.placeLabel(row, false);
    }
  },

  placeLabel(row, marked) {
    // Most words of a full map have no room: told without measuring their text.
    if (!marked) {
      const x = this.screenX(row) + this.marginX, y = this.screenY(row) + this.marginY;
      if (!this.isFree(x - 8, y - this.radius - LABEL_HEIGHT, 16, LABEL_HEIGHT - 4)) return;
    }
    const width = this.labelWidth(row, marked);
    const pointX = this.screenX(row), pointY = this.screenY(row);
    const seen = pointX >= 0 && pointX <= this.width && pointY >= 0 && pointY <= this.height;
    const gap = this.radius + (marked ? 5 : 2);
    const places = [[-width / 2, -gap - LABEL_HEIGHT]];
    // A marked word has to be told; it may stand on any side of its point.
    if (marked) {
      places.push([-width / 2, gap], [gap, -LABEL_HEIGHT / 2], [-gap - width, -LABEL_HEIGHT / 2]);
    }
    for (let [dx, dy] of places) {
      // Above or below a point near the edge a label is moved inwards; none is cut by it.
      if (seen && Math.abs(dy) >= gap) {
        dx = Math.max(Math.min(dx, this.width - 4 - width - pointX), 4 - pointX);
      }
      if (this.isCut(pointX + dx, pointY + dy, width)) continue;
      const x = pointX + dx + this.marginX, y = pointY + dy + this.marginY;
      // Air around a label: a map full of words to the brim is no longer read.
      const airX = marked ? 2 : 12, airY = marked ? 0 : 7;
      if (!this.isFree(x - airX, y - airY, width + 2 * airX, LABEL_HEIGHT + 2 * airY)) continue;
      this.take(x, y, width, LABEL_HEIGHT);
      this.labels.push({ row, dx, dy, width, marked });
      return;
    }
  },

  isCut(x, y, width) {
    const outside = x + width < 0 || x > this.width || y + LABEL_HEIGHT < 0 || y > this.height;
    const inside = x >= 0 && x + width <= this.width && y >= 0 && y + LABEL_HEIGHT <= this.height;
    return !outside && !inside;
  },

  labelWidth(row, marked) {
    if (!marked && this.labelWidths[row]) return this.labelWidths[row];
    this.context.font = marked ? this.boldFont : this.font;
    const width = Math.ceil(this.context.measureText(visible(words[row], 30)).width) + 4;
    if (!marked) this.labelWidths[row] = width;
    return width;
  },

  cells(x, y, width, height) {
    return [
      Math.max(Math.floor(x / CELL), 0), Math.min(Math.floor((x + width) / CELL), this.columns - 1),
      Math.max(Math.floor(y / CELL), 0), Math.min(Math.floor((y + height) / CELL), this.lines - 1),
    ];
  },

  isFree(x, y, width, height) {
    const [left, right, top, bottom] = this.cells(x, y, width, height);
    for (let line = top; line <= bottom; line++) {
      for (let column = left; column <= right; column++) {
        if (this.taken[line * this.columns + column]) return false;
      }
    }
    return true;
  },

  take(x, y, width, height) {
    const [left, right, top, bottom] = this.cells(x, y, width, height);
    for (let line = top; line <= bottom; line++) {
      this.taken.fill(1, line * this.columns + left, line * this.columns + right + 1);
    }
  },

  drawLabels() {
    const { context, colors, width, height } = this;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = colors.ground;
    context.lineWidth = 3;
    // Marked words come first in the list and are drawn last, on top.
    for (const { row, dx, dy, width: wide, marked } of this.labels.toReversed()) {
      const x = this.screenX(row) + dx + wide / 2, y = this.screenY(row) + dy + LABEL_HEIGHT / 2;
      if (x < -wide || x > width + wide || y < -LABEL_HEIGHT || y > height + LABEL_HEIGHT) continue;
      if (row === this.hovered) continue;
      const text = visible(words[row], 30);
      context.font = marked ? this.boldFont : this.font;
      context.fillStyle = row === this.selected ? colors.accent
        : marked || this.selected < 0 ? colors.text : colors.quiet;
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  },
});
