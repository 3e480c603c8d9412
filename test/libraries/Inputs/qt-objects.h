// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// QObjects with signals and slots for qt.cpp: a header of its own, for moc.

#ifndef MAPSAN_TEST_QT_OBJECTS_H
#define MAPSAN_TEST_QT_OBJECTS_H

#include <QEvent>
#include <QObject>
#include <functional>

class Sender : public QObject {
  Q_OBJECT
signals:
  void emitted(int number);
  void otherwise();
};

// Runs what it is given, whichever way it is told to.
class Receiver : public QObject {
  Q_OBJECT
public:
  explicit Receiver(std::function<void()> body) : body_(std::move(body)) {}

public slots:
  void receive(int) { body_(); }
  void receiveNothing() { body_(); }

private:
  std::function<void()> body_;
};

#endif // MAPSAN_TEST_QT_OBJECTS_H
