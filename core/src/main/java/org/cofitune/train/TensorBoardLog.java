package org.cofitune.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.store.DiskFault;
import org.cofitune.store.GrowingFile;

/**
 * Losses, rates and speeds as a TensorBoard event file, under the tags that Hugging Face's {@code
 * Trainer} uses. A resumed run begins another file in the folder, whose first record makes
 * TensorBoard forget what earlier files say beyond that step.
 */
public final class TensorBoardLog implements TrainingListener, AutoCloseable {
  private final Path file;
  private final Clock clock;
  private final FileChannel channel;

  private TensorBoardLog(Path file, Clock clock, FileChannel channel) {
    this.file = file;
    this.clock = clock;
    this.channel = channel;
  }

  /**
   * Begins an event file.
   *
   * @param folder what {@code tensorboard --logdir} is given
   * @throws CofituneException of kind TRAINING if it cannot be written
   */
  public static TensorBoardLog create(Path folder) {
    return create(folder, Clock.systemUTC());
  }

  static TensorBoardLog create(Path folder, Clock clock) {
    try {
      Files.createDirectories(folder);
      String stem = "events.out.tfevents." + clock.instant().getEpochSecond() + ".cofitune.";
      int number = 0;
      while (Files.exists(folder.resolve(stem + number))) {
        number++;
      }
      Path file = folder.resolve(stem + number);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      TensorBoardLog log = new TensorBoardLog(file, clock, channel);
      log.write(TensorBoardEvent.fileVersion(log.now()));
      return log;
    } catch (IOException e) {
      throw DiskFault.writing(folder, e);
    }
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof TrainingEvent.Started || event instanceof TrainingEvent.Resumed) {
      write(TensorBoardEvent.sessionStart(now(), event.step() + 1));
    } else if (event instanceof TrainingEvent.StepTaken step) {
      write(TensorBoardEvent.scalars(now(), step.step(), scalars(step)));
    } else if (event instanceof TrainingEvent.Evaluated evaluated) {
      Map<String, Double> loss = Map.of("eval/loss", evaluated.evalLoss());
      write(TensorBoardEvent.scalars(now(), evaluated.step(), loss));
    }
  }

  private static Map<String, Double> scalars(TrainingEvent.StepTaken step) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("train/loss", step.loss());
    scalars.put("train/learning_rate", step.learningRate());
    scalars.put("train/grad_norm", step.gradNorm());
    scalars.put("train/epoch", step.epoch());
    scalars.put("train/tokens_per_second", step.speed().tokensPerSecond());
    if (step.penalty() != 0) {
      scalars.put("train/penalty", step.penalty());
    }
    step.measured().forEach((name, value) -> scalars.put("train/" + name, value));
    return scalars;
  }

  private double now() {
    return clock.millis() / 1e3;
  }

  private void write(byte[] event) {
    try {
      GrowingFile.append(channel, ByteBuffer.wrap(TensorBoardEvent.record(event)));
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }
}
