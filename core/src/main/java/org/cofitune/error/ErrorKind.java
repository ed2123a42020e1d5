package org.cofitune.error;

/**
 * What went wrong, as a caller tells it apart; each kind has the exit status of the command line.
 */
public enum ErrorKind {
  /** A command line, option, or recipe that cannot be carried out as written. */
  RECIPE(2),
  /** Rows that cannot be read or trained on. */
  DATA(3),
  /** A checkpoint, tokenizer, template, or other file that does not follow its format. */
  FORMAT(4),
  /** Training that started and could not go on: not-a-number, out of memory, no space. */
  TRAINING(5);

  private final int exitStatus;

  ErrorKind(int exitStatus) {
    this.exitStatus = exitStatus;
  }

  /** The exit status that a command ends with. */
  public int exitStatus() {
    return exitStatus;
  }
}
