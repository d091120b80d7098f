// What a look asks the diagnosis, apart from the face: the rules are loaded while the kernel answers.
export { chooseSuspects } from './choose-suspects.ts';
export { DIAGNOSED_STATES } from './diagnosed-states.ts';
