package io.replicator.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a group of keys. What is asked for is known; {@link #refuseUnknownKeys} reports the rest. A value that cannot be read is
 * reported with its line, and the fallback stands in, so that reading goes on and finds every problem.
 */
final class Section {
    private final String prefix;
    private final YamlNode.Mapping mapping;
    private final Variables variables;
    private final Problems problems;
    private final Set<String> asked = new LinkedHashSet<>();

    Section(String prefix, YamlNode.Mapping mapping, Variables variables, Problems problems) {
        this.prefix = prefix;
        this.mapping = mapping;
        this.variables = variables;
        this.problems = problems;
    }

    /** The key with the sections around it, as in {@code copy.jobs}. */
    String path(String key) {
        return prefix.isEmpty() ? key : prefix + "." + key;
    }

    /** Whether the key is there with a value, be it a wrong one. */
    boolean has(String key) {
        return node(key) != null;
    }

    /** Returns the value of a key; null when it is absent or empty. */
    @Nullable
    YamlNode node(String key) {
        asked.add(key);
        YamlNode.Entry entry = mapping.entries().get(key);
        return entry == null || entry.value() instanceof YamlNode.Empty ? null : entry.value();
    }

    void report(String key, String observed, String fix) {
        YamlNode.Entry entry = mapping.entries().get(key);
        problems.add(entry == null ? mapping.line() : entry.line(), observed, fix);
    }

    /** Reads a group of keys below this one; absent is the same as empty. */
    Section section(String key) {
        YamlNode node = node(key);
        if (node instanceof YamlNode.Mapping below) {
            YamlNode.Entry entry = mapping.entries().get(key);
            int line = entry == null ? below.line() : entry.line();
            return new Section(path(key), new YamlNode.Mapping(line, below.entries()), variables, problems);
        }
        if (node != null) {
            report(key, "'" + path(key) + "' must be a group of keys, not " + node.kind(), "see docs/configuration.md");
        }
        return new Section(path(key), new YamlNode.Mapping(mapping.line(), Map.of()), variables, problems);
    }

    @Nullable
    String text(String key) {
        YamlNode node = node(key);
        return node == null ? null : expanded(key, node);
    }

    /** Reads a shell command, in which the shell expands the variables. */
    @Nullable
    String command(String key) {
        YamlNode node = node(key);
        return node == null ? null : verbatim(key, node);
    }

    List<String> texts(String key, List<String> fallback) {
        return items(key, fallback, node -> expanded(key, node));
    }

    List<String> commands(String key) {
        return items(key, List.of(), node -> verbatim(key, node));
    }

    long integer(String key, long least, long most, long fallback) {
        String form = "a whole number from " + least + " to " + most;
        return parsed(
                key, fallback, form, "for example " + fallback, text -> between(Long.parseLong(text), least, most));
    }

    /** A whole number, or a word that stands for another one and is what is used when nothing is said. */
    long integerOr(String key, String word, long meaning, long least, long most) {
        String form = word + " or a whole number from " + least + " to " + most;
        return parsed(
                key,
                meaning,
                form,
                "for example " + word,
                text -> text.equals(word) ? meaning : between(Long.parseLong(text), least, most));
    }

    /** @param form what is allowed, for the message */
    long size(String key, long least, long most, String form, long fallback) {
        return parsed(
                key,
                fallback,
                "a size from " + form,
                "for example 256MB",
                text -> between(Sizes.parse(text), least, most));
    }

    Duration duration(String key, Duration least, Duration most, Duration fallback) {
        String form = "a duration from " + Durations.format(least) + " to " + Durations.format(most);
        return parsed(key, fallback, form, "for example 20s, 2m or 500ms", text -> {
            Duration duration = Durations.parse(text);
            between(duration.toMillis(), least.toMillis(), most.toMillis());
            return duration;
        });
    }

    /** @param later words that a later version will know */
    <E extends Enum<E>> E choice(String key, Class<E> type, E fallback, Set<String> later) {
        List<String> words = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            String word = constant.name().toLowerCase(Locale.ROOT);
            if (!later.contains(word)) {
                words.add(word);
            }
        }
        String allowed = String.join(", ", words);
        String text = text(key);
        if (text != null && later.contains(text)) {
            report(key, "'" + path(key) + ": " + text + "' is not in this version", "use one of: " + allowed);
            return fallback;
        }
        return parsed(key, fallback, "one of: " + allowed, "for example " + words.getFirst(), word -> {
            if (!words.contains(word)) {
                throw new IllegalArgumentException("unknown word");
            }
            return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
        });
    }

    /** Refuses a key that a later version will know, unless it is empty. */
    void later(String key, String instead) {
        if (has(key)) {
            report(key, "'" + path(key) + "' is not in this version", instead);
        }
    }

    /** Reports the keys nobody asked for. */
    void refuseUnknownKeys() {
        mapping.entries().forEach((key, entry) -> {
            if (!asked.contains(key)) {
                String nearest = Suggestions.nearest(key, asked);
                String fix = nearest == null
                        ? "known here: " + String.join(", ", asked)
                        : "did you mean '" + path(nearest) + "'?";
                problems.add(entry.line(), "unknown key '" + path(key) + "'", fix);
            }
        });
    }

    /** @param form what the value must be; {@code parser} throws IllegalArgumentException where it is not */
    <T> T parsed(String key, T fallback, String form, String fix, Function<String, T> parser) {
        YamlNode node = node(key);
        String text = node == null ? null : expanded(key, node);
        if (node == null || text == null) {
            return fallback;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException _) {
            String written = node instanceof YamlNode.Scalar scalar ? scalar.text() : node.kind();
            report(key, "'" + path(key) + "' must be " + form + ", not '" + written + "'", fix);
            return fallback;
        }
    }

    private List<String> items(String key, List<String> fallback, Function<YamlNode, @Nullable String> reader) {
        YamlNode node = node(key);
        if (node == null) {
            return fallback;
        }
        if (!(node instanceof YamlNode.Items items)) {
            report(key, "'" + path(key) + "' must be a list, not " + node.kind(), "write [first, second]");
            return fallback;
        }
        List<String> values = new ArrayList<>();
        for (YamlNode item : items.values()) {
            String value = reader.apply(item);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    private @Nullable String expanded(String key, YamlNode node) {
        return node instanceof YamlNode.Scalar scalar ? variables.expand(scalar) : verbatim(key, node);
    }

    private @Nullable String verbatim(String key, YamlNode node) {
        if (node instanceof YamlNode.Scalar scalar) {
            return scalar.text();
        }
        problems.add(
                node.line(),
                "'" + path(key) + "' must be a single value, not " + node.kind(),
                "see docs/configuration.md");
        return null;
    }

    private static long between(long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("out of range");
        }
        return value;
    }
}
