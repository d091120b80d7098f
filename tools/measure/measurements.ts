/** What is measured, and the command line of closewait that does it; the name is that of the file in docs/measured/. */
export const MEASUREMENTS: Readonly<Record<string, readonly string[]>> = {
  model: ['lab', 'model', '--runs', '10000', '--seed', '9293'],
  remedies: ['lab', 'remedies'],
  'syn-fin': ['lab', 'syn-fin'],
  'sequence-close-missing': ['lab', 'close-missing', '--show'],
};
