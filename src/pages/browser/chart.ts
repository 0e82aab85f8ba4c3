import uPlot from 'uplot';
import { element, table } from './dom.ts';

/** Points that are kept: an hour of them. */
const MOST_POINTS = 720;
const HEIGHT = 130;
/** A chart tells of no shorter time. */
const LEAST_SECONDS = 60;

/** Lines over time, with the same figures as a table for whoever cannot see them. */
export class LineChart {
  readonly element: HTMLElement;
  readonly #title: string;
  readonly #names: readonly string[];
  readonly #times: number[] = [];
  readonly #values: number[][];
  readonly #canvas = element('div');
  readonly #details = element('details', [element('summary', 'As a table')]);
  #plot: uPlot | undefined;
  #theme = '';

  constructor(title: string, names: readonly string[]) {
    this.#title = title;
    this.#names = names;
    this.#values = names.map(() => []);
    this.#canvas.setAttribute('aria-hidden', 'true');
    this.element = element('div', [element('h3', title), this.#canvas, this.#details]);
  }

  /** @param at epoch seconds */
  add(at: number, values: readonly number[]): void {
    this.#times.push(at);
    for (const [index, line] of this.#values.entries()) line.push(values[index] ?? 0);
    if (this.#times.length <= MOST_POINTS) return;
    this.#times.shift();
    for (const line of this.#values) line.shift();
  }

  draw(): void {
    const width = this.#canvas.clientWidth;
    if (width === 0) return;
    const style = getComputedStyle(document.documentElement);
    const theme = `${style.getPropertyValue('--text')} ${width}`;
    if (theme !== this.#theme) this.#plot?.destroy();
    if (theme !== this.#theme || !this.#plot) this.#plot = this.#make(width, style);
    this.#theme = theme;
    this.#plot.setData([this.#times, ...this.#values]);
    const rows = this.#times.map((at, index) => [
      new Date(at * 1000).toLocaleTimeString(),
      ...this.#values.map((line) => (line[index] ?? 0).toFixed(1)),
    ]);
    const made = table(this.#title, ['time', ...this.#names], rows.slice(-12).toReversed());
    this.#details.replaceChildren(...[...this.#details.children].slice(0, 1), made);
  }

  #make(width: number, style: CSSStyleDeclaration): uPlot {
    const color = (name: string) => style.getPropertyValue(name).trim();
    const colors = [color('--accent'), color('--warn'), color('--bad')];
    const axis = { stroke: color('--soft'), grid: { stroke: color('--line') }, ticks: { stroke: color('--line') } };
    const options: uPlot.Options = {
      width,
      height: HEIGHT,
      cursor: { show: false },
      legend: { live: false },
      scales: {
        x: { range: (_plot, least, most) => [Math.min(least, most - LEAST_SECONDS), most] },
        y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] },
      },
      axes: [axis, { ...axis, size: 44 }],
      series: [{}, ...this.#names.map((label, index) => ({ label, stroke: colors[index] ?? '', width: 2 }))],
    };
    return new uPlot(options, [this.#times, ...this.#values], this.#canvas);
  }
}
