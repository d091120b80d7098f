import type { Facts } from '../../../facts/index.ts';
import type { Group } from '../../group.ts';
import type { Verdict } from '../../rule.ts';

export function judgeInheritedDescriptor(_group: Group, _facts: Facts): Verdict | null {
  return null;
}
