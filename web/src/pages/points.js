// A point through a year: a column for each day, a row for each quarter of an hour. Gaps stay gaps.
import { startFrame } from "../frame.js";
import { data, number, pixels, text, token } from "../page-data.js";

const STEPS = 96;
const MISSING = 65535;
const LARGEST = 65534;
const COLOURS = ["share-1", "share-2", "share-3", "share-4", "share-5"];

const values = decode(data.numbers);
const doubtful = new Set(data.doubtful);

function decode(words) {
  const bytes = Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, at) => view.getUint16(2 * at, true));
}

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** A colour for each share from 0 to 1, straight between the steps of the scale. */
function ramp() {
  const stops = COLOURS.map((name) => channels(token(name)));
  return Array.from({ length: 256 }, (_, at) => {
    const place = (at / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    return stops[low].map((channel, part) => Math.round(channel + (place - low) * (stops[low + 1][part] - channel)));
  });
}

function shade(colours) {
  const image = new ImageData(data.n_days, STEPS);
  values.forEach((value, at) => {
    if (value === MISSING) return;
    const pixel = 4 * ((at % STEPS) * data.n_days + Math.floor(at / STEPS));
    image.data.set([...colours[Math.round((value / LARGEST) * 255)], 255], pixel);
  });
  return image;
}

function dayOf(column) {
  const day = new Date(`${data.first_day}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + column);
  return day.toISOString().slice(0, 10);
}

function frameOf(canvas) {
  const left = pixels(2.8);
  const top = pixels(1.5);
  return { left, top, width: canvas.clientWidth - left - 2, height: canvas.clientHeight - top - pixels(0.6) };
}

async function draw(canvas, colours) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const { left, top, width, height } = frameOf(canvas);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(await createImageBitmap(shade(colours)), left, top, width, height);
  pen.font = `${pixels(0.8)}px ${token("font-text")}`;
  pen.fillStyle = token("ink-3");
  pen.textAlign = "right";
  for (const hour of [0, 6, 12, 18, 24]) pen.fillText(`${String(hour).padStart(2, "0")}:00`, left - 6, top + (height * hour) / 24 + pixels(hour === 0 ? 0.7 : 0.2));
  pen.textAlign = "left";
  const names = text("chart.months").split(" ");
  const every = width < 480 ? 3 : 1;
  for (let column = 0; column < data.n_days; column += 1) {
    const [, month, day] = dayOf(column).split("-").map(Number);
    if (day === 1 && (month - 1) % every === 0) pen.fillText(names[month - 1], left + (width * column) / data.n_days, top - 5);
  }
}

function tell(canvas, event) {
  const { left, top, width, height } = frameOf(canvas);
  const column = Math.floor(((event.offsetX - left) / width) * data.n_days);
  const step = Math.floor(((event.offsetY - top) / height) * STEPS);
  if (column < 0 || column >= data.n_days || step < 0 || step >= STEPS) return "";
  const at = column * STEPS + step;
  const clock = `${String(step >> 2).padStart(2, "0")}:${String((step % 4) * 15).padStart(2, "0")}`;
  if (values[at] === MISSING) return `${dayOf(column)} ${clock} ${text("chart.missing")}`;
  const value = data.least + (values[at] / LARGEST) * (data.greatest - data.least);
  return `${dayOf(column)} ${clock} ${number(value, data.digits)} ${data.unit}${doubtful.has(at) ? ` · ${text("points.estimated")}` : ""}`;
}

function scale(canvas, colours) {
  const image = new ImageData(256, 1);
  colours.forEach((colour, at) => image.data.set([...colour, 255], 4 * at));
  canvas.width = 256;
  canvas.height = 1;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

async function start() {
  startFrame();
  const figure = document.querySelector(".map");
  if (figure) {
    figure.hidden = false;
    const colours = ramp();
    const [canvas, key] = figure.querySelectorAll("canvas");
    const tip = figure.querySelector("[data-tip]");
    scale(key, colours);
    await document.fonts.ready;
    await draw(canvas, colours);
    new ResizeObserver(() => draw(canvas, colours)).observe(canvas);
    canvas.addEventListener("pointermove", (event) => {
      tip.textContent = tell(canvas, event);
    });
    canvas.addEventListener("pointerleave", () => {
      tip.textContent = "";
    });
  }
  document.documentElement.dataset.ready = "true";
}

start();
