import type { Facts } from '@closewait/core/facts';

/** The paths through which the network namespaces of a look can be entered; null for one that no path leads to. */
export function pathsOf({ namespaces }: Pick<Facts, 'namespaces'>): (netns: number) => string | null {
  const paths = new Map(namespaces.map(({ inode, path }) => [inode, path]));
  return (netns) => {
    const path = paths.get(netns);
    // Those without one are named net:[…], which leads nowhere.
    return path?.startsWith('/') === true ? path : null;
  };
}
