package io.replicator.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as PostgreSQL writes them (documentation, section 19.1.1): a whole number and {@code B}, {@code kB}, {@code MB},
 * {@code GB} or {@code TB}, where a kilobyte is 1,024 bytes. Upper and lower case are the same.
 */
public final class Sizes {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6}) ?(b|kb|mb|gb|tb)");

    private Sizes() {}

    /**
     * Returns bytes.
     *
     * @throws IllegalArgumentException when the text is no size
     */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size");
        }
        int shift = switch (matcher.group(2)) {
            case "b" -> 0;
            case "kb" -> 10;
            case "mb" -> 20;
            case "gb" -> 30;
            default -> 40;
        };
        return Long.parseLong(matcher.group(1)) << shift;
    }
}
