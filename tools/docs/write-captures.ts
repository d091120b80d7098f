import { z } from 'zod';

/** What tools/measure-captures writes. */
const measuredSchema = z.strictObject({
  node: z.string(),
  tool: z.string(),
  captures: z.array(
    z.strictObject({
      packets: z.number(),
      connections: z.number(),
      fileBytes: z.number(),
      seconds: z.number(),
      packetsPerSecond: z.number(),
      commandBytes: z.number(),
      toolBytes: z.number(),
    }),
  ),
});

/** How fast captures of several sizes are read, and in how much memory. */
export function writeCaptureSpeed(document: unknown): string {
  const { tool, node, captures } = measuredSchema.parse(document);
  return [
    '| packets | connections | file | takes | packets a second | memory of closewait | of tshark |',
    '|---:|---:|---:|---:|---:|---:|---:|',
    ...captures.map(
      ({ packets, connections, fileBytes, seconds, packetsPerSecond, commandBytes, toolBytes }) =>
        `| ${count(packets)} | ${count(connections)} | ${megabytes(fileBytes)} | ${seconds} s | ${count(packetsPerSecond)} | ${megabytes(commandBytes)} | ${megabytes(toolBytes)} |`,
    ),
    '',
    `Measured with TShark ${tool} and Node.js ${node} on two cores; memory is the most that was resident.`,
  ].join('\n');
}

function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
