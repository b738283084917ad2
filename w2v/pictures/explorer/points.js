
// Points: one for each word that is seen, the frequent on top of the rare.

// Up to so many are drawn as circles.  More would take longer than a frame, so
// their pixels are set here; at that size nobody sees the difference.
const MAX_CIRCLES = 4000;
const FREQUENT = 1000; // the first so many words get larger points

function rgb(context, color) {
  context.fillStyle = color;
  const value = parseInt(context.fillStyle.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

Object.assign(WordMap.prototype, {
  drawPoints(ratio) {
    const { context, width, height, colors } = this;
    const seen = [];
    for (let row = count - 1; row >= 0; row--) {
      const x = this.screenX(row), y = this.screenY(row);
      if (x > -8 && x < width + 8 && y > -8 && y < height + 8) seen.push(row);
    }
    const dim = this.selected < 0 ? 1 : 0.45;
    if (seen.length > MAX_CIRCLES) {
      this.setPixels(seen, ratio, 0.6 * dim);
      return;
    }
    context.fillStyle = colors.ground;
    context.fillRect(0, 0, width, height);
    context.globalAlpha = 0.75 * dim;
    for (const row of seen) {
      context.fillStyle = colors.tones[tones[row]];
      this.dot(row, row < FREQUENT ? this.radius * 1.3 : this.radius);
    }
    context.globalAlpha = 1;
  },

  setPixels(seen, ratio, opacity) {
    const { context, canvas } = this;
    const wide = canvas.width, high = canvas.height;
    if (this.pixels?.width !== wide || this.pixels?.height !== high) {
      this.pixels = context.createImageData(wide, high);
    }
    const bytes = this.pixels.data;
    const whole = new Uint32Array(bytes.buffer);
    const ground = rgb(context, this.colors.ground);
    whole.fill(new Uint32Array(new Uint8Array([...ground, 255]).buffer)[0]);
    const palette = this.colors.tones.map((color) => rgb(context, color));
    const radius = Math.min(this.radius, 1.4) * ratio;
    const keep = 1 - opacity;
    for (const row of seen) {
      const size = Math.max(Math.round(2 * radius * (row < FREQUENT ? 1.4 : 1)), 1);
      const left = Math.round(this.screenX(row) * ratio - size / 2);
      const top = Math.round(this.screenY(row) * ratio - size / 2);
      if (left < 0 || top < 0 || left + size > wide || top + size > high) continue;
      const color = palette[tones[row]];
      const red = color[0] * opacity, green = color[1] * opacity, blue = color[2] * opacity;
      for (let line = 0; line < size; line++) {
        // Without its corners a square of some pixels passes for a disc.
        const cut = size > 2 && (line === 0 || line === size - 1) ? 1 : 0;
        const end = 4 * ((top + line) * wide + left + size - cut);
        for (let at = 4 * ((top + line) * wide + left + cut); at < end; at += 4) {
          bytes[at] = bytes[at] * keep + red;
          bytes[at + 1] = bytes[at + 1] * keep + green;
          bytes[at + 2] = bytes[at + 2] * keep + blue;
        }
      }
    }
    context.putImageData(this.pixels, 0, 0);
  },
});
