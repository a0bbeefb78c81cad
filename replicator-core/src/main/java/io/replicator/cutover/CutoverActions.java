package io.replicator.cutover;

/**
 * What a cutover does with the running stream and the target; each action returns a line for the operator. Interrupts
 * ask to stop; all but {@link #switched} may throw, and the cutover is undone then.
 */
public interface CutoverActions {
    /** Whether a cutover can be tried at all: phase, lag, warnings. */
    String check();

    /** Compares both sides as configured while writers go on. */
    String verifyBefore() throws InterruptedException;

    /**
     * Brings large objects up to date while writers go on, in a dry run only looks at them, and refuses when they would
     * take too much of the budget.
     */
    String largeObjects(CutoverOptions options) throws InterruptedException;

    /** Opens the gate, where an earlier cutover left it moved, and records that the cutover began. */
    void begin();

    /** Waits until everything written before is committed on the target. */
    String drain(Deadline deadline) throws InterruptedException;

    /** Compares both sides while nobody writes, as far as the deadline allows. */
    String verifyFenced(Deadline deadline) throws InterruptedException;

    /** Brings large objects up to date while nobody writes, within the deadline. */
    String alignLargeObjects(Deadline deadline) throws InterruptedException;

    String alignSequences();

    /**
     * Brings back what was suspended on the target, refreshes materialized views and waits until everything that the target
     * holds is on its disk. Where that would act on changes, no more are applied from then on.
     */
    String completeTarget(Deadline deadline) throws InterruptedException;

    /** Asks whether this daemon still owns the migration; throws when it does not. */
    void requireOwner();

    /** Undoes {@link #completeTarget}. */
    void undo();

    /** Records, behind the hook, that the cutover is undone. */
    void undone(String reason);

    /** Behind the point of no return: records the switch, ends the stream and removes what it needed. */
    String switched() throws InterruptedException;
}
