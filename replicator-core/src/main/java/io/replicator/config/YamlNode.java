package io.replicator.config;

import java.util.List;
import java.util.Map;

/** A value of a YAML document that knows its line, counted from 1. */
sealed interface YamlNode {
    int line();

    /** What it is, for messages. */
    String kind();

    /** Text, a number or a truth value, as written. */
    record Scalar(int line, String text) implements YamlNode {
        @Override
        public String kind() {
            return "a single value";
        }
    }

    /** A key without a value, or {@code null}. */
    record Empty(int line) implements YamlNode {
        @Override
        public String kind() {
            return "empty";
        }
    }

    record Items(int line, List<YamlNode> values) implements YamlNode {
        @Override
        public String kind() {
            return "a list";
        }
    }

    record Mapping(int line, Map<String, Entry> entries) implements YamlNode {
        @Override
        public String kind() {
            return "a group of keys";
        }
    }

    /** @param line the line of the key */
    record Entry(int line, YamlNode value) {}
}
