import { formatCountOf, type Style, safeText, wrap } from '../report/index.ts';
import type { ModelDisagreement, ModelSight, ModelStep } from './model-document.ts';

const INDENT = '      ';
const LABEL_COLUMNS = 9;

/** A sequence on which model and kernel disagree, step by step; at the last one both are heard. */
export function formatDisagreement(
  { steps, shrinks }: ModelDisagreement,
  style: Style,
  columns: number,
): readonly string[] {
  const smaller = shrinks === 0 ? 'as it was drawn' : `made smaller ${formatCountOf(shrinks, 'time')}`;
  return [
    style.alarm(`Model and kernel disagree on the last of these ${formatCountOf(steps.length, 'step')} (${smaller}):`),
    ...steps.flatMap((step, index) => formatStep(step, index, index === steps.length - 1, style, columns)),
  ];
}

function formatStep(step: ModelStep, index: number, isLast: boolean, style: Style, columns: number): readonly string[] {
  const { action, model, kernel, reasons } = step;
  const head = `${`${index + 1}.`.padStart(4)}  ${style.strong(safeText(action))}${answerOf(model)}`;
  const why = reasons.flatMap((reason) => row('', reason, columns)).map(style.faint);
  const differing = (told: ModelSight): string =>
    model.answer === kernel.answer ? answerOf(told) : style.alarm(answerOf(told));
  if (!isLast) return ['', head, ...sight(model, null, style, columns), ...why];
  return [
    '',
    `${`${index + 1}.`.padStart(4)}  ${style.strong(safeText(action))}`,
    `${INDENT}${style.strong('The model says')}${differing(model)}`,
    ...sight(model, kernel, style, columns),
    ...why,
    `${INDENT}${style.strong('The kernel says')}${differing(kernel)}`,
    ...sight(kernel, model, style, columns),
  ];
}

function answerOf({ answer }: ModelSight): string {
  return answer === null ? '' : `: ${answer}`;
}

/** What one of them shows; what the other one does not show is marked. */
function sight(one: ModelSight, other: ModelSight | null, style: Style, columns: number): readonly string[] {
  const lines: readonly (readonly [string, string, string | undefined])[] = [
    ['a', one.a, other?.a],
    ['b', one.b, other?.b],
    ['queue', queueOf(one), other === null ? undefined : queueOf(other)],
    ['sent', sentOf(one), other === null ? undefined : sentOf(other)],
  ];
  return lines.flatMap(([label, text, differs]) => {
    const isSame = differs === undefined || differs === text;
    if (text === '' && isSame) return [];
    const rows = row(label, text === '' ? 'nothing' : text, columns);
    return isSame ? rows : rows.map(style.alarm);
  });
}

function queueOf({ acceptQueue }: ModelSight): string {
  return acceptQueue === null ? '' : `${acceptQueue} to be accepted`;
}

function sentOf({ sent }: ModelSight): string {
  return sent.join('; ');
}

function row(label: string, text: string, columns: number): readonly string[] {
  const lines = wrap(safeText(text), columns - INDENT.length - LABEL_COLUMNS);
  return lines.map((line, index) => `${INDENT}${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}${line}`);
}
