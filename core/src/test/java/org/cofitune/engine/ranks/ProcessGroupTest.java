package org.cofitune.engine.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.HostTensors;
import org.cofitune.error.CofituneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessGroupTest {
  @TempDir Path folder;

  @Test
  void numbersAndFlagsOfAllAreKnownToEach() {
    List<String> seen =
        RanksInThreads.run(
            folder,
            3,
            group ->
                group.sum(group.rank(), 1)[0]
                    + " "
                    + group.sum(group.rank(), 1)[1]
                    + " "
                    + group.least(7 - group.rank())
                    + " "
                    + group.any(group.rank() == 2)
                    + " "
                    + group.any(false)
                    + " "
                    + group.textOf(1, "from " + group.rank() + " ü"));

    assertThat(seen).containsOnly("3.0 3.0 5 true false from 1 ü").hasSize(3);
  }

  @Test
  void whatEachHasIsJoinedInTheOrderOfTheProcesses() {
    List<double[]> seen =
        RanksInThreads.run(
            folder,
            3,
            group -> {
              try (PointerScope scope = new PointerScope()) {
                Tensor own = HostTensors.ofDoubles(new double[] {group.rank(), 10 * group.rank()});
                Tensor all = HostTensors.ofDoubles(new double[6]);
                group.gather(own, all).await();
                return HostTensors.toDoubles(all);
              }
            });

    assertThat(seen).containsOnly(new double[] {0, 0, 1, 10, 2, 20}).hasSize(3);
  }

  @Test
  void tensorsAreSummedAtOneAndCopiedAndSent() {
    List<double[]> seen =
        RanksInThreads.run(
            folder,
            2,
            group -> {
              try (PointerScope scope = new PointerScope()) {
                Tensor sum = HostTensors.ofDoubles(new double[] {1 + group.rank(), 10});
                group.sumInto(1, sum).await();
                Tensor copy = HostTensors.ofDoubles(new double[] {group.rank()});
                group.copyOf(1, copy).await();
                Tensor sent = HostTensors.ofDoubles(new double[] {5 * group.rank()});
                if (group.rank() == 1) {
                  group.send(sent, 0);
                } else {
                  group.receive(sent, 1);
                }
                double[] sums = HostTensors.toDoubles(sum);
                return new double[] {
                  group.rank() == 1 ? sums[0] : 3,
                  group.rank() == 1 ? sums[1] : 20,
                  HostTensors.toDoubles(copy)[0],
                  HostTensors.toDoubles(sent)[0]
                };
              }
            });

    assertThat(seen).allSatisfy(values -> assertThat(values).containsExactly(3, 20, 1, 5));
  }

  @Test
  void whatFailsInOneFailsInAllWithItsRank() {
    List<Future<Object>> ranks =
        RanksInThreads.start(
            folder,
            3,
            group ->
                group.together(
                    () -> {
                      if (group.rank() == 2) {
                        throw new IllegalArgumentException("no such row");
                      }
                      return "fine";
                    }));

    assertThat(failures(ranks).get(2)).hasMessage("no such row");
    assertThat(failures(ranks).get(0))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("rank 2 failed: no such row");
  }

  @Test
  void whoFailsBetweenOperationsIsNamedAtTheOthersNextOne() {
    List<Future<Double>> ranks =
        RanksInThreads.start(
            folder,
            3,
            group -> {
              if (group.rank() == 1) {
                throw new IllegalStateException("out of memory");
              }
              return group.sum(1)[0];
            });

    assertThat(failures(ranks).get(0)).hasMessageContaining("rank 1 failed: out of memory");
    assertThat(failures(ranks).get(2)).hasMessageContaining("rank 1 failed: out of memory");
  }

  @Test
  void aStrangerWithoutTheTokenIsNotListenedTo() throws Exception {
    try (RankWatch first = RankWatch.first(null, 2, "right", Duration.ofSeconds(2));
        RankWatch stranger =
            RankWatch.other(1, "127.0.0.1", first.port(), "wrong", Duration.ofSeconds(2))) {
      stranger.fail("believe me");
      assertThat(first.awaitLoss(Duration.ofMillis(500))).isEmpty();
    }
  }

  @Test
  void whoIsSilentIsLostAndWhoTakesLeaveIsNot() throws Exception {
    Duration silence = Duration.ofSeconds(2);
    try (RankWatch first = RankWatch.first(null, 3, "token", silence);
        RankWatch other = RankWatch.other(1, "127.0.0.1", first.port(), "token", silence);
        java.net.Socket silent = new Socket(InetAddress.getLoopbackAddress(), first.port())) {
      DataOutputStream out = new DataOutputStream(silent.getOutputStream());
      out.writeUTF("token");
      out.writeInt(2);
      out.flush();

      assertThat(first.awaitLoss(Duration.ofSeconds(10)))
          .contains(new Loss(2, "has not answered for 2 s"));
      assertThat(other.awaitLoss(Duration.ofSeconds(1)))
          .contains(new Loss(2, "has not answered for 2 s"));
    }
    try (RankWatch first = RankWatch.first(null, 2, "token", silence)) {
      try (RankWatch other = RankWatch.other(1, "127.0.0.1", first.port(), "token", silence)) {
        other.leave();
      }
      assertThat(first.awaitLoss(silence.plusSeconds(1))).isEmpty();
    }
  }

  @Test
  void aLossSaysWhatToDo() {
    assertThatThrownBy(
            () -> {
              throw new Loss(3, "ended").exception();
            })
        .hasMessageContaining("rank 3 ended");
  }

  private static List<Throwable> failures(List<? extends Future<?>> ranks) {
    List<Throwable> failures = new ArrayList<>();
    for (Future<?> rank : ranks) {
      try {
        rank.get();
        throw new AssertionError("a rank did not fail");
      } catch (ExecutionException e) {
        failures.add(e.getCause());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return failures;
  }
}
