#ifndef COUNTER_H_
#define COUNTER_H_

void add_one(long* counter);

#endif  // COUNTER_H_
