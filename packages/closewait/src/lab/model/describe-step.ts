import type { ModelSight, ModelStep } from '@closewait/core/experiment';
import { describeAction, describeReason, describeSegment } from '@closewait/core/tcp/linux';
import type { PlayedStep, Told } from './play.ts';
import { describeEnd, SIDES } from './views.ts';

/** A step in words. */
export function describeStep({ action, model, kernel, reasons }: PlayedStep): ModelStep {
  return {
    action: describeAction(action),
    model: describeTold(model),
    kernel: describeTold(kernel),
    reasons: reasons.map(describeReason),
  };
}

function describeTold({ answer, sent, view }: Told): ModelSight {
  return {
    answer,
    a: describeEnd(view.a),
    b: describeEnd(view.b),
    acceptQueue: view.acceptQueue,
    sent: SIDES.flatMap((side) => sent[side].map((segment) => `${side}: ${describeSegment(segment)}`)),
  };
}
