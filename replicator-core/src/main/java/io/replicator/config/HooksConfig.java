package io.replicator.config;

import java.util.List;

/**
 * Shell commands around the switch, run one after the other on the daemon's host.
 *
 * @param before before the fence; a failure stops the cutover
 * @param switchOver at the switch, right behind the point of no return: point the application at the target
 * @param after behind the switch
 * @param aborted when a cutover was undone
 */
public record HooksConfig(List<String> before, List<String> switchOver, List<String> after, List<String> aborted) {
    public static final HooksConfig NONE = new HooksConfig(List.of(), List.of(), List.of(), List.of());

    public HooksConfig {
        before = List.copyOf(before);
        switchOver = List.copyOf(switchOver);
        after = List.copyOf(after);
        aborted = List.copyOf(aborted);
    }
}
