package org.cofitune.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The campaign. {@code -Dcofitune.kill.rounds} says how many rounds, {@code -Dcofitune.kill.seed}
 * where the seeds begin, {@code -Dcofitune.kill.log} where each round's line goes.
 */
final class KillCampaignTest {
  private static final int ROUNDS = Integer.getInteger("cofitune.kill.rounds", 6);
  private static final long SEED = Long.getLong("cofitune.kill.seed", 7);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @Test
  void whateverIsKilledEndsWithTheUndisturbedBytesWhenItIsStartedAgain()
      throws IOException, InterruptedException {
    KillCampaign campaign = new KillCampaign(folder);
    List<KillRound> rounds = new ArrayList<>();
    for (int number = 1; number <= ROUNDS; number++) {
      Work work = Work.all().get((number - 1) % Work.all().size());
      KillRound round = campaign.round(number, SEED + number, work);
      rounds.add(round);
      log(round.line());
    }
    log(summary(rounds));
    assertThat(rounds).filteredOn(round -> !round.isEqual()).extracting(KillRound::line).isEmpty();
  }

  private static String summary(List<KillRound> rounds) {
    long equal = rounds.stream().filter(KillRound::isEqual).count();
    long kills = rounds.stream().mapToLong(round -> round.kills().size()).sum();
    return "%d of %d rounds ended with the undisturbed bytes after %d kills"
        .formatted(equal, rounds.size(), kills);
  }

  private static void log(String line) throws IOException {
    String file = System.getProperty("cofitune.kill.log");
    if (file == null) {
      System.out.println(line);
      return;
    }
    Files.writeString(
        Path.of(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
