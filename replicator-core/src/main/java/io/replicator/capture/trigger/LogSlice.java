package io.replicator.capture.trigger;

/**
 * A part of a change log, by blocks of one segment. A segment only grows until it is emptied as a whole, so the blocks
 * that exist under a snapshot hold everything the snapshot sees.
 *
 * @param segment the segment; {@link #ALL} has none and means every block of every segment
 * @param ranges whether the server scans a range of row addresses without reading the rest (PostgreSQL 14)
 */
record LogSlice(int segment, long firstBlock, long endBlock, boolean ranges) {
    static final LogSlice ALL = new LogSlice(-1, 0, Long.MAX_VALUE, false);

    /** No page of 8 kB holds more rows. */
    private static final int MOST_ROWS_PER_BLOCK = 291;

    boolean covers(int candidate) {
        return segment < 0 || segment == candidate;
    }

    /** The condition on a log's rows, with AND behind it; empty for all of them. */
    String condition() {
        if (segment < 0) {
            return "";
        }
        if (ranges) {
            return "ctid >= '(" + firstBlock + ",0)'::tid AND ctid < '(" + endBlock + ",0)'::tid AND ";
        }
        return "ctid = ANY (ARRAY(SELECT ('(' || b || ',' || r || ')')::tid FROM generate_series(" + firstBlock
                + "::bigint, " + (endBlock - 1) + "::bigint) AS b, generate_series(1, " + MOST_ROWS_PER_BLOCK
                + ") AS r)) AND ";
    }
}
