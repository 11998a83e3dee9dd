// Gravitation between all pairs of bodies: arrays of structures in an inner loop of arithmetic.
#include <cmath>

#include "kernel.h"

namespace {

struct Body {
  double x, y, z, vx, vy, vz, mass;
};

void attract(std::vector<Body>& bodies, std::size_t i) {
  Body& body = bodies[i];
  for (const Body& other : bodies) {
    const double dx = other.x - body.x, dy = other.y - body.y, dz = other.z - body.z;
    const double square = dx * dx + dy * dy + dz * dz + 0.01;
    const double force = other.mass / (square * std::sqrt(square));
    body.vx += dx * force * 1e-3;
    body.vy += dy * force * 1e-3;
    body.vz += dz * force * 1e-3;
  }
}

}  // namespace

int main() {
  return kernel::run([] {
    std::vector<Body> bodies(1500);
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      const auto angle = static_cast<double>(i);
      bodies[i] = {std::sin(angle), std::cos(angle), std::sin(2 * angle), 0, 0, 0, 1};
    }
    for (int step = 0; step < 15; ++step) {
      kernel::parallel([&](int t) {
        for (std::size_t i = t; i < bodies.size(); i += kernel::kThreads) attract(bodies, i);
      });
      kernel::parallel([&](int t) {
        for (std::size_t i = t; i < bodies.size(); i += kernel::kThreads) {
          bodies[i].x += bodies[i].vx;
          bodies[i].y += bodies[i].vy;
          bodies[i].z += bodies[i].vz;
        }
      });
    }
    double momentum = 0;
    for (const Body& body : bodies) momentum += body.vx * body.mass;
    kernel::expect(std::fabs(momentum) < 1e-6, "momentum is kept");
  });
}
