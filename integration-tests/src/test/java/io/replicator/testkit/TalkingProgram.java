package io.replicator.testkit;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** A program that talks on both outputs, then exits or waits to be ended. */
final class TalkingProgram {
    private TalkingProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.out.println(System.getenv("GREETING") + " " + Arrays.toString(arguments));
        System.err.println("on stderr");
        if (arguments[0].equals("exit")) {
            System.exit(Integer.parseInt(arguments[1]));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        System.out.println("waiting");
        new CountDownLatch(1).await();
    }
}
