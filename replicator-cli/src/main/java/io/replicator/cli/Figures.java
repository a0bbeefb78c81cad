package io.replicator.cli;

import io.replicator.status.StatusReport;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as a person reads them. What is not known is called so. */
final class Figures {
    private static final String UNKNOWN = "unknown";
    private static final DateTimeFormatter INSTANT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final String[] SIZES = {"kB", "MB", "GB", "TB"};
    private static final String[] SHORT_COUNTS = {"M", "G", "T"};
    private static final long LONGEST_EXACT_COUNT = 10_000_000;

    private Figures() {}

    /** A size in units of 1,024, as PostgreSQL counts them. */
    static String bytes(@Nullable Long bytes) {
        if (bytes == null) {
            return UNKNOWN;
        }
        if (bytes < 1024) {
            return bytes + " B";
        }
        double size = bytes / 1024.0;
        int unit = 0;
        while (size >= 1023.5 && unit < SIZES.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, size < 10 ? "%.1f %s" : "%.0f %s", size, SIZES[unit]);
    }

    static String seconds(@Nullable Double seconds) {
        if (seconds == null) {
            return UNKNOWN;
        }
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        if (whole < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
        }
        if (whole < 86_400) {
            return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
        }
        return String.format(Locale.ROOT, "%d d %02d h", whole / 86_400, whole % 86_400 / 3600);
    }

    /** An instant to the second, for example {@code 2026-01-31 12:00:00 UTC}; text that is none stays as it is. */
    static String instant(String text) {
        try {
            return INSTANT.format(Instant.parse(text));
        } catch (DateTimeParseException _) {
            return text;
        }
    }

    /** The three measures of lag. */
    static String lag(StatusReport.Lag lag) {
        if (lag.equals(StatusReport.Lag.UNKNOWN)) {
            return "unknown";
        }
        String seconds = lag.seconds() == null ? "seconds unknown" : seconds(lag.seconds());
        String bytes = lag.bytes() != null
                ? bytes(lag.bytes())
                : lag.rows() != null ? count(lag.rows(), "change-log row", "change-log rows") : "bytes unknown";
        String transactions = lag.transactions() == null
                ? "transactions unknown"
                : count(lag.transactions(), "transaction", "transactions");
        return seconds + ", " + bytes + ", " + transactions;
    }

    /** A number with thousands separated. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A number with a noun. */
    static String count(long number, String one, String many) {
        return count(number) + " " + (number == 1 ? one : many);
    }

    /** A number of at most nine characters. */
    static String shortCount(long number) {
        if (number < LONGEST_EXACT_COUNT) {
            return count(number);
        }
        double rest = number / 1e6;
        int unit = 0;
        while (rest >= 1_000 && unit < SHORT_COUNTS.length - 1) {
            rest /= 1_000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f%s", rest, SHORT_COUNTS[unit]);
    }
}
