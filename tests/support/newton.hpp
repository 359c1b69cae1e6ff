// Optima by methods that have nothing in common with the library: full-batch Newton, L-BFGS and
// coordinate descent in double precision. Each checks its own result by the optimality conditions.
#pragma once

#include "peccary/core/types.hpp"

#include <Eigen/Dense>

#include <cmath>
#include <cstddef>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// min over w (and b): (1/n) sum_i c_i loss(x_i . w + b, y_i) + l2/2 |w|^2 + l1 |w|_1.
struct reference_problem {
    Eigen::MatrixXd rows;    ///< n x d
    Eigen::VectorXd targets; ///< n
    Eigen::VectorXd weights; ///< n, the c_i
    double l2 = 0;
    double l1 = 0;
    bool bias = false;
};

template <class Data>
reference_problem problem_of(const Data& data, double l2, double l1, bool bias) {
    const auto n = static_cast<Eigen::Index>(data.size());
    reference_problem made{.rows = Eigen::MatrixXd::Zero(n, static_cast<Eigen::Index>(data.features())),
                           .targets = Eigen::VectorXd(n),
                           .weights = Eigen::VectorXd(n),
                           .l2 = l2,
                           .l1 = l1,
                           .bias = bias};
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto row = data.row(i);
        const auto at = static_cast<Eigen::Index>(i);
        for (std::size_t k = 0; k < row.size(); ++k) {
            made.rows(at, static_cast<Eigen::Index>(row.index(k))) = row.value(k);
        }
        made.targets[at] = row.target;
        made.weights[at] = row.weight;
    }
    return made;
}

/// A loss at a score: its value, slope, and (generalised) second derivative.
struct loss_point {
    double value;
    double slope;
    double curvature;
};

inline loss_point reference_loss(std::string_view name, double s, double y) {
    if (name == "logistic") {
        const double p = 1 / (1 + std::exp(y * s));
        return {y * s > -30 ? std::log1p(std::exp(-y * s)) : -y * s, -y * p, p * (1 - p)};
    }
    if (name == "squared") {
        return {(s - y) * (s - y) / 2, s - y, 1};
    }
    if (name == "squared_hinge") {
        const double violation = 1 - y * s;
        return violation > 0 ? loss_point{violation * violation, -2 * y * violation, 2} : loss_point{0, 0, 0};
    }
    if (name == "huber") {
        const double r = s - y;
        return std::abs(r) <= 1 ? loss_point{r * r / 2, r, 1} : loss_point{std::abs(r) - 0.5, r > 0 ? 1.0 : -1.0, 0};
    }
    throw std::logic_error("no reference for the loss " + std::string(name));
}

/// The optimal value for a loss of one score, without l1, by Newton's method with a halving line
/// search.
inline double newton_optimum(std::string_view loss, const reference_problem& problem) {
    const Eigen::Index n = problem.rows.rows();
    const Eigen::Index d = problem.rows.cols();
    Eigen::MatrixXd rows(n, d + 1); // the bias is the last column, if there is one
    rows << problem.rows, Eigen::VectorXd::Constant(n, problem.bias ? 1.0 : 0.0);
    Eigen::VectorXd penalties = Eigen::VectorXd::Constant(d + 1, problem.l2);
    penalties[d] = 0;

    const auto evaluate = [&](const Eigen::VectorXd& w, Eigen::VectorXd& gradient, Eigen::MatrixXd* hessian) {
        const Eigen::VectorXd scores = rows * w;
        Eigen::VectorXd slopes(n);
        Eigen::VectorXd curvatures(n);
        double value = 0;
        for (Eigen::Index i = 0; i < n; ++i) {
            const loss_point at = reference_loss(loss, scores[i], problem.targets[i]);
            value += problem.weights[i] * at.value;
            slopes[i] = problem.weights[i] * at.slope;
            curvatures[i] = problem.weights[i] * at.curvature;
        }
        const double count = static_cast<double>(n);
        gradient = rows.transpose() * slopes / count + penalties.cwiseProduct(w);
        if (hessian != nullptr) {
            *hessian = rows.transpose() * curvatures.asDiagonal() * rows / count;
            hessian->diagonal() += penalties;
            hessian->diagonal().array() += 1e-12; // an absent bias, and flat losses
        }
        return value / count + 0.5 * penalties.dot(w.cwiseAbs2());
    };

    Eigen::VectorXd w = Eigen::VectorXd::Zero(d + 1);
    Eigen::VectorXd gradient;
    Eigen::MatrixXd hessian;
    double value = evaluate(w, gradient, &hessian);
    for (int iteration = 0; iteration < 200 && gradient.norm() > 1e-9; ++iteration) {
        const Eigen::VectorXd direction = hessian.ldlt().solve(-gradient);
        double length = 1;
        Eigen::VectorXd next_gradient;
        while (evaluate(w + length * direction, next_gradient, nullptr) > value + 1e-4 * length * gradient.dot(direction) &&
               length > 1e-10) {
            length /= 2;
        }
        w += length * direction;
        value = evaluate(w, gradient, &hessian);
    }
    if (gradient.norm() > 1e-7) {
        throw std::logic_error("Newton's method did not converge");
    }
    return value;
}

/// A minimum of a smooth convex function, by L-BFGS with a halving line search. `f(x, gradient)`
/// returns the value.
inline double lbfgs_minimum(const std::function<double(const Eigen::VectorXd&, Eigen::VectorXd&)>& f, Eigen::Index size) {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(size);
    Eigen::VectorXd gradient(size);
    double value = f(x, gradient);
    // (change of x, change of the gradient), newest last
    std::deque<std::pair<Eigen::VectorXd, Eigen::VectorXd>> memory;
    for (int iteration = 0; iteration < 2000 && gradient.norm() > 1e-8; ++iteration) {
        Eigen::VectorXd direction = -gradient;
        std::vector<double> alphas;
        for (auto it = memory.rbegin(); it != memory.rend(); ++it) {
            alphas.push_back(it->first.dot(direction) / it->first.dot(it->second));
            direction -= alphas.back() * it->second;
        }
        if (!memory.empty()) {
            direction *= memory.back().first.dot(memory.back().second) / memory.back().second.squaredNorm();
        }
        for (const auto& [moved, turned] : memory) {
            direction += (alphas.back() - turned.dot(direction) / moved.dot(turned)) * moved;
            alphas.pop_back();
        }
        double length = 1;
        Eigen::VectorXd next_gradient(size);
        double next = f(x + length * direction, next_gradient);
        while (next > value + 1e-4 * length * gradient.dot(direction) && length > 1e-12) {
            length /= 2;
            next = f(x + length * direction, next_gradient);
        }
        const Eigen::VectorXd moved = length * direction;
        const Eigen::VectorXd turned = next_gradient - gradient;
        if (moved.dot(turned) > 0) {
            memory.emplace_back(moved, turned);
            if (memory.size() > 20) {
                memory.pop_front();
            }
        }
        x += moved;
        gradient = next_gradient;
        value = next;
    }
    if (gradient.norm() > 1e-6) {
        throw std::logic_error("L-BFGS did not converge");
    }
    return value;
}

/// The optimal value of multinomial logistic regression.
inline double softmax_optimum(const reference_problem& problem, Eigen::Index classes) {
    const Eigen::Index n = problem.rows.rows();
    const Eigen::Index d = problem.rows.cols();
    return lbfgs_minimum(
        [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
            const Eigen::Map<const Eigen::MatrixXd> weights(x.data(), d, classes);
            const Eigen::Map<const Eigen::RowVectorXd> bias(x.data() + d * classes, classes);
            Eigen::MatrixXd scores = problem.rows * weights;
            if (problem.bias) {
                scores.rowwise() += bias;
            }
            double value = 0;
            for (Eigen::Index i = 0; i < n; ++i) {
                const double largest = scores.row(i).maxCoeff();
                const auto target = static_cast<Eigen::Index>(problem.targets[i]);
                const double normaliser = (scores.row(i).array() - largest).exp().sum();
                value += problem.weights[i] * (largest + std::log(normaliser) - scores(i, target));
                scores.row(i) = problem.weights[i] * (scores.row(i).array() - largest).exp() / normaliser;
                scores(i, target) -= problem.weights[i];
            }
            const double count = static_cast<double>(n);
            Eigen::Map<Eigen::MatrixXd>(gradient.data(), d, classes) = problem.rows.transpose() * scores / count + problem.l2 * weights;
            Eigen::Map<Eigen::RowVectorXd>(gradient.data() + d * classes, classes) =
                (problem.bias ? 1.0 : 0.0) * scores.colwise().sum() / count;
            return value / count + 0.5 * problem.l2 * weights.squaredNorm();
        },
        (d + 1) * classes);
}

/// The optimum with l1, without bias, by cyclic coordinate descent on a quadratic bound
/// (`curvature` bounds the loss's second derivative).
/// Returns the value and the weights, whose zeros are exact.
inline std::pair<double, Eigen::VectorXd> lasso_optimum(std::string_view loss, double curvature, const reference_problem& problem) {
    const Eigen::Index n = problem.rows.rows();
    const Eigen::Index d = problem.rows.cols();
    const double count = static_cast<double>(n);
    const auto slope_of = [&](const Eigen::VectorXd& scores, Eigen::Index j) {
        double sum = 0;
        for (Eigen::Index i = 0; i < n; ++i) {
            if (problem.rows(i, j) != 0) {
                sum += problem.rows(i, j) * problem.weights[i] * reference_loss(loss, scores[i], problem.targets[i]).slope;
            }
        }
        return sum / count;
    };
    Eigen::VectorXd w = Eigen::VectorXd::Zero(d);
    Eigen::VectorXd scores = Eigen::VectorXd::Zero(n);
    double largest_move = 1;
    for (int sweep = 0; sweep < 3000 && largest_move > 1e-9; ++sweep) {
        largest_move = 0;
        for (Eigen::Index j = 0; j < d; ++j) {
            const double bound = curvature * problem.rows.col(j).cwiseAbs2().dot(problem.weights) / count + problem.l2;
            if (bound == 0) {
                continue;
            }
            const double target = w[j] - (slope_of(scores, j) + problem.l2 * w[j]) / bound;
            const double next = std::copysign(std::max(std::abs(target) - problem.l1 / bound, 0.0), target);
            largest_move = std::max(largest_move, std::abs(next - w[j]));
            scores += (next - w[j]) * problem.rows.col(j);
            w[j] = next;
        }
    }
    double value = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
        value += problem.weights[i] * reference_loss(loss, scores[i], problem.targets[i]).value;
    }
    for (Eigen::Index j = 0; j < d; ++j) {
        const double slope = slope_of(scores, j) + problem.l2 * w[j];
        const double violation = w[j] == 0 ? std::abs(slope) - problem.l1 : std::abs(slope + std::copysign(problem.l1, w[j]));
        if (violation > 1e-6) {
            throw std::logic_error("coordinate descent did not converge");
        }
    }
    return {value / count + 0.5 * problem.l2 * w.squaredNorm() + problem.l1 * w.lpNorm<1>(), w};
}

/// The optimal value of the support vector machine with l2 > 0 and without bias, by coordinate
/// ascent in its dual (Hsieh, Chang, Lin, Keerthi, Sundararajan 2008). Primal and dual agree at the
/// optimum, and are compared.
inline double hinge_optimum(const reference_problem& problem) {
    const Eigen::Index n = problem.rows.rows();
    const double count = static_cast<double>(n);
    // 0 <= alpha_i <= c_i; w = sum_i alpha_i y_i x_i / (l2 n)
    Eigen::VectorXd alphas = Eigen::VectorXd::Zero(n);
    Eigen::VectorXd w = Eigen::VectorXd::Zero(problem.rows.cols());
    const Eigen::VectorXd squares = problem.rows.rowwise().squaredNorm();
    const Eigen::MatrixXd columns = problem.rows.transpose();
    double primal = 0;
    for (int sweep = 0; sweep < 20000; ++sweep) {
        for (Eigen::Index i = 0; i < n; ++i) {
            if (squares[i] > 0) {
                const double y = problem.targets[i];
                const double change = (1 - y * columns.col(i).dot(w)) * problem.l2 * count / squares[i];
                const double next = std::min(std::max(alphas[i] + change, 0.0), problem.weights[i]);
                w += (next - alphas[i]) * y / (problem.l2 * count) * columns.col(i);
                alphas[i] = next;
            } else {
                alphas[i] = problem.weights[i];
            }
        }
        if (sweep % 50 == 49) {
            const Eigen::VectorXd margins = problem.targets.cwiseProduct(problem.rows * w);
            const double penalty = 0.5 * problem.l2 * w.squaredNorm();
            primal = problem.weights.dot((1 - margins.array()).cwiseMax(0).matrix()) / count + penalty;
            const double dual = alphas.sum() / count - penalty;
            if (primal - dual < 1e-5 * primal) {
                return primal;
            }
        }
    }
    throw std::logic_error("dual coordinate ascent did not converge");
}

} // namespace test
