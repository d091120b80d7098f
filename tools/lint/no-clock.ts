/** The parts of an ESTree node (github.com/estree/estree) that this rule looks at. */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly object?: Node;
  readonly property?: Node;
  readonly callee?: Node;
  readonly arguments?: readonly Node[];
}

interface Context {
  report(finding: { readonly node: Node; readonly message: string }): void;
}

function isNamed(node: Node | undefined, name: string): boolean {
  return node?.type === 'Identifier' && node.name === name;
}

/**
 * Packages/core is given the time and everything random as an argument, so that the same facts always give the same
 * report. `new Date(ms)` only converts and is allowed, which is why no-restricted-globals cannot do this.
 */
const noClock = {
  create(context: Context): Record<string, (node: Node) => void> {
    const refuse = (node: Node, what: string): void =>
      context.report({ node, message: `${what} is an input: take the value as an argument.` });
    return {
      MemberExpression(node: Node): void {
        if (isNamed(node.object, 'Date') && isNamed(node.property, 'now')) refuse(node, 'Date.now');
        if (isNamed(node.object, 'Math') && isNamed(node.property, 'random')) refuse(node, 'Math.random');
      },
      NewExpression(node: Node): void {
        if (isNamed(node.callee, 'Date') && node.arguments?.length === 0) refuse(node, 'new Date()');
      },
      CallExpression(node: Node): void {
        if (isNamed(node.callee, 'Date')) refuse(node, 'Date()');
      },
    };
  },
};

/** What oxlint loads through `jsPlugins`. */
const plugin: { readonly meta: { readonly name: string }; readonly rules: Readonly<Record<string, typeof noClock>> } = {
  meta: { name: 'closewait' },
  rules: { 'no-clock': noClock },
};
export default plugin;
