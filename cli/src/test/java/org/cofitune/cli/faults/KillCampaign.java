package org.cofitune.cli.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Ends real processes at random moments, starts them again until they are done, and compares what
 * they leave with what an undisturbed process leaves. Every round has its own seed and can be
 * repeated alone, as far as moments can be.
 */
final class KillCampaign {
  /** A process that is ended again and again comes to its end after so many times. */
  private static final int MOST_KILLS = 4;

  /** How often a process that was started again is ended again. */
  private static final double ONCE_MORE = 0.3;

  /** A moment that came too late is drawn again, so often. */
  private static final int MOST_DRAWS = 20;

  private final Path folder;
  private final Map<Work, Reference> references = new HashMap<>();

  /** What an undisturbed process leaves, and when it did what. */
  private record Reference(Moment.Undisturbed timing, Map<String, String> hashes) {}

  /** A campaign in a folder that is there and empty. */
  KillCampaign(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    WorkFixture.writeTo(folder);
  }

  /** One round: a work that was ended at least once. */
  KillRound round(int number, long seed, Work work) throws IOException, InterruptedException {
    if (!references.containsKey(work)) {
      references.put(work, reference(work));
    }
    Reference reference = references.get(work);
    RandomGenerator random = new SplittableRandom(seed);
    Path place = Files.createDirectories(folder.resolve("round-" + number));
    Path out = place.resolve("out");
    List<KillRound.Kill> kills = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    int draws = 0;
    boolean done = false;
    while (!done) {
      boolean kill =
          kills.isEmpty() || (kills.size() < MOST_KILLS && random.nextDouble() < ONCE_MORE);
      if (kills.isEmpty() && draws++ == MOST_DRAWS) {
        faults.add("no moment came before the end");
        break;
      }
      List<String> words = kills.isEmpty() ? work.words() : work.again();
      try (ChildCommand child = ChildCommand.start(place, List.of(), words)) {
        Signal signal = Signal.draw(random);
        Moment moment = Moment.draw(random, reference.timing());
        if (kill && moment.await(child.process(), out)) {
          signal.end(child.process());
          kills.add(new KillRound.Kill(signal, moment));
          VisibleFiles.faults(out).forEach(fault -> faults.add("after " + moment + ": " + fault));
        } else if (child.await().status() != 0 && !work.isDone(child.ended().output())) {
          faults.add("started again: " + child.ended().output().strip());
          done = true;
        } else if (kills.isEmpty()) {
          removeTree(out);
        } else {
          done = true;
        }
      }
    }
    if (faults.isEmpty()) {
      faults.addAll(differences(reference.hashes(), ResultFiles.of(out)));
    }
    if (faults.isEmpty()) {
      removeTree(place);
    }
    return new KillRound(number, seed, work, kills, faults);
  }

  private Reference reference(Work work) throws IOException, InterruptedException {
    Path place = Files.createDirectories(folder.resolve("undisturbed-" + work.name()));
    try (ChildCommand child = ChildCommand.start(place, List.of(), work.words())) {
      Moment.Undisturbed timing = Moment.Undisturbed.watch(child, place.resolve("out"));
      if (child.ended().status() != 0) {
        throw new IOException(child.ended().output());
      }
      return new Reference(timing, ResultFiles.of(place.resolve("out")));
    }
  }

  private static List<String> differences(Map<String, String> expected, Map<String, String> found) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(expected.keySet());
    names.addAll(new TreeMap<>(found).keySet());
    for (String name : names) {
      if (!found.containsKey(name)) {
        differences.add(name + " is missing");
      } else if (!expected.containsKey(name)) {
        differences.add(name + " is left over");
      } else if (!expected.get(name).equals(found.get(name))) {
        differences.add(name + " differs");
      }
    }
    return differences;
  }

  private static void removeTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }
}
