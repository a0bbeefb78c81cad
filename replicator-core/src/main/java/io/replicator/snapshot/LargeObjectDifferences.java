package io.replicator.snapshot;

import java.util.List;

/**
 * What is to be done on the target so that a range of large objects is the source's, by oid in ascending order.
 *
 * @param count how many the source has
 * @param missing those that the target does not have
 * @param changed those of ours whose contents differ
 * @param extra those of ours that the source does not have
 * @param foreign those with other contents that are not ours, which is for the operator to settle
 */
record LargeObjectDifferences(
        long count, List<Long> missing, List<Long> changed, List<Long> extra, List<Long> foreign) {}
