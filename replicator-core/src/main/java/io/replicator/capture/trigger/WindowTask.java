package io.replicator.capture.trigger;

/**
 * Something to read of a window.
 *
 * @param whole whether every row of the table is read, not only the touched ones
 * @param slice the part of the change log whose keys are read
 * @param logRows about how many log rows that are
 */
record WindowTask(WindowTables.Entry entry, boolean whole, LogSlice slice, long logRows) {
    static WindowTask whole(WindowTables.Entry entry) {
        return new WindowTask(entry, true, LogSlice.ALL, 0);
    }

    static WindowTask touched(WindowTables.Entry entry, long logRows) {
        return new WindowTask(entry, false, LogSlice.ALL, logRows);
    }
}
