package io.replicator.preflight;

/**
 * What a check found.
 *
 * @param id the check's stable name, for example {@code source.wal_level}
 * @param observed what there is, naming the object
 * @param fix the command that mends it; empty for {@code PASS}
 */
public record Finding(Severity severity, String id, String observed, String fix) {
    /** How bad a finding is. */
    public enum Severity {
        PASS,
        /** Works, but the operator should know. */
        WARN,
        /** The migration cannot start. */
        FAIL,
        /** The check itself could not be carried out, so nothing is known. */
        ERROR;

        public boolean blocks() {
            return this == FAIL || this == ERROR;
        }
    }

    public static Finding pass(String id, String observed) {
        return new Finding(Severity.PASS, id, observed, "");
    }

    public static Finding warn(String id, String observed, String fix) {
        return new Finding(Severity.WARN, id, observed, fix);
    }

    public static Finding fail(String id, String observed, String fix) {
        return new Finding(Severity.FAIL, id, observed, fix);
    }

    public static Finding error(String id, String observed, String fix) {
        return new Finding(Severity.ERROR, id, observed, fix);
    }
}
