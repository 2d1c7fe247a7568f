#include "generate/vocabulary.h"

namespace warpsmith::generate {
namespace {

using View = std::string_view;

constexpr View kFloatArrays[] = {"masses", "densities", "pressures", "temperatures", "weights", "radii", "inv_mass",
    "energies", "potentials", "heights", "distances", "lambdas", "volumes", "areas", "rest_lengths", "stiffness",
    "damping", "charges", "x", "y", "values", "samples", "signal", "coeffs", "a", "b", "u", "phi", "rho", "field",
    "costs", "errors", "scores", "alpha", "sdf", "thickness", "joint_q", "joint_qd", "residual", "residuals", "sigma"};
constexpr View kIntegerArrays[] = {"indices", "labels", "ids", "counts", "flags", "offsets", "neighbors", "parents",
    "cells", "bins", "keys", "groups", "levels", "colors", "types", "materials", "ranks", "links", "faces", "edges",
    "body_ids", "shape_types", "row_sizes", "ages", "codes", "masks", "slots"};
constexpr View kPlanarArrays[] = {"uvs", "points2d", "pixels", "gradients", "offsets2d", "texcoords", "coords", "waves",
    "displacements", "flow", "pos2", "vel2", "samples2", "directions", "ranges"};
constexpr View kSpatialArrays[] = {"positions", "velocities", "forces", "normals", "points", "vertices", "particle_q",
    "particle_qd", "accelerations", "x", "v", "f", "tangents", "colors", "centers", "axes", "rays", "origins",
    "directions", "momenta", "torques", "pos", "vel", "com", "targets", "deltas", "grad", "gravity_field", "particles"};
constexpr View kFourArrays[] = {"colors", "planes", "homogeneous", "rgba", "quads", "params4", "tensors", "spectra", "bounds"};
constexpr View kSixArrays[] = {"twists", "wrenches", "body_qd", "body_f", "spatial_velocities", "joint_screws"};
constexpr View kMatrixArrays[] = {"rotations", "stresses", "strains", "inertias", "jacobians", "deformation", "F", "R",
    "transforms", "covariances", "hessians", "bases", "frames", "tensors", "rest_pose", "metrics", "C", "A", "inv_inertias"};
constexpr View kQuatArrays[] = {"orientations", "rotations", "attitudes", "q", "joint_rot", "spins", "frames_q"};
constexpr View kPoseArrays[] = {"poses", "body_q", "transforms", "frames", "joint_X_p", "joint_X_c", "cameras", "bones"};

constexpr View kFloats[] = {"mass", "density", "pressure", "dt", "weight", "radius", "energy", "stiffness", "scale",
    "dist", "alpha", "beta", "gamma", "k", "s", "t", "d", "factor", "ratio", "err", "w", "height", "mu", "nu", "theta",
    "phi", "strength", "falloff", "kernel_radius", "damping", "rest", "speed", "depth", "penetration", "lam", "c", "h",
    "density_ratio", "tolerance", "offset", "a0", "viscosity", "friction", "amplitude", "frequency", "time", "r2",
    "denom", "value", "x0", "cutoff", "grad_norm", "impulse", "margin", "ke", "kd", "ka", "mu_s", "blend", "gain"};
constexpr View kIntegers[] = {"idx", "count", "n", "label", "cell", "index", "parent", "level", "flag", "stride", "slot",
    "start", "offset", "bin", "key", "mode", "step", "num", "width", "row", "col", "tag", "m", "axis", "group", "material", "shape_type"};
constexpr View kBools[] = {"inside", "active", "valid", "enabled", "is_boundary", "flip", "hit", "use_gravity", "converged", "normalize"};
constexpr View kPlanars[] = {"uv", "p2", "coord", "offset2", "flow_dir", "pixel", "wave", "g2", "edge2", "dir2", "pt"};
constexpr View kSpatials[] = {"pos", "vel", "force", "normal", "p", "v", "n", "dir", "x", "axis", "acc", "r", "delta",
    "center", "origin", "e", "tangent", "xi", "xj", "vi", "impulse", "gravity", "g", "f", "com", "rel", "target", "up",
    "correction", "momentum", "torque", "omega", "p0", "p1", "v1", "q", "color", "lower", "upper", "wind", "goal"};
constexpr View kFours[] = {"color", "plane", "rgba", "h4", "homog", "quad", "packed"};
constexpr View kSixes[] = {"twist", "wrench", "spatial_v", "screw", "body_v", "spatial_f"};
constexpr View kMatrices[] = {"R", "F", "stress", "J", "A", "M", "inertia", "strain", "P", "K", "B", "S", "H", "basis", "tensor", "metric", "Ft", "C", "hessian"};
constexpr View kQuats[] = {"q", "rot", "orientation", "q0", "q1", "dq", "attitude", "r", "swing", "twist_q", "q_rel"};
constexpr View kPoses[] = {"X", "pose", "xform", "X_wb", "X_wc", "frame", "tf", "X_ws", "X_rel", "camera", "X_pj"};

constexpr View kOutputs[] = {"out", "result", "results", "output", "dst", "new_values", "updated", "out_values", "dest", "y", "z",
    "next_state", "out_data", "accum", "response", "solution", "deltas_out", "corrections", "forces_out", "new_state", "target_out", "rhs"};
constexpr View kAtomics[] = {"total", "counter", "histogram", "energy_sum", "grid", "sums", "loss", "max_value",
    "contact_count", "accumulated", "bucket_sums", "node_mass", "body_f_out", "buckets", "reduced", "tally"};
constexpr View kCounts[] = {"count", "num_steps", "num_neighbors", "iterations", "n", "num_samples", "max_iters", "substeps", "num_bodies", "num_links"};
constexpr View kIndices[] = {"j", "k", "m", "n", "s", "it", "c", "d", "neighbor", "step", "row", "col", "b", "l", "sub", "axis_id", "nb", "tap"};
constexpr View kAccumulators[] = {"sum", "total", "acc", "accum", "result", "s", "best", "running", "value", "res", "energy", "contrib", "net", "state", "tmp", "avg", "cost"};
constexpr View kStructs[] = {"Particle", "Material", "Body", "Contact", "Params", "State", "Spring", "Light", "Camera",
    "Joint", "Config", "Cell", "Edge", "Shape", "Node", "Ray", "Emitter", "Constraint", "SimParams", "Tet", "FluidCell", "Actuator", "Boundary"};
constexpr View kFunctions[] = {"compute_weight", "spring_force", "damp", "blend", "evaluate", "project", "integrate",
    "falloff", "shade", "penalty", "smooth_kernel", "apply", "clip_value", "residual_at", "energy_density", "limit",
    "activation", "sample_field", "contact_response", "rotate_frame", "map_range", "update_state", "gradient_at",
    "reflect", "friction_model", "cubic_kernel", "bend_energy", "advect", "wrap", "measure", "remap", "mix_values"};
constexpr View kConstants[] = {"GRAVITY", "EPSILON", "MAX_STEPS", "STIFFNESS", "DAMPING", "SCALE", "THRESHOLD", "ALPHA",
    "DT", "REST_DENSITY", "K_SPRING", "PERIOD", "LIMIT", "OFFSET", "RADIUS", "FRICTION", "CUTOFF", "BIAS", "NUM_ITERS"};
constexpr View kEnums[] = {"Mode", "Kind", "Shape", "Phase", "Flags", "Status", "Material", "BoundaryType", "Method", "Layer"};
constexpr View kEnumMembers[] = {"NONE", "LINEAR", "CUBIC", "ACTIVE", "FIXED", "SPHERE", "BOX", "PLANE", "SOLID", "FLUID",
    "OPEN", "CLOSED", "INNER", "OUTER", "START", "DONE", "STICK", "SLIP"};
constexpr View kViews[] = {"row_view", "slice", "segment", "line", "part", "strip", "window", "column", "sub", "block"};
constexpr View kVerbs[] = {"compute", "update", "integrate", "apply", "evaluate", "accumulate", "solve", "project",
    "advect", "scatter", "gather", "init", "transform", "blend", "filter", "measure", "propagate", "sample", "reduce",
    "eval", "build", "step", "resolve", "smooth", "correct", "assemble", "classify", "normalize", "relax", "map"};
constexpr View kNouns[] = {"forces", "positions", "velocities", "particles", "contacts", "springs", "energy", "bodies",
    "pressure", "density", "gradients", "normals", "constraints", "residuals", "weights", "cells", "samples", "states",
    "stress", "joints", "rotations", "poses", "field", "heat", "waves", "points", "distances", "torques", "strain",
    "rays", "colors", "grid", "loss", "momentum", "boundary", "flow", "shapes", "muscles", "cloth", "triangles"};
constexpr View kComments[] = {"accumulate contribution", "avoid division by zero", "clamp to the valid range",
    "early out", "local quantities", "update state", "boundary handling", "relative offset", "write result",
    "todo: tune this", "explicit step", "keep it stable", "neighbor contribution", "project onto the constraint",
    "combine both terms", "weighted average", "load inputs", "penalty term", "damping", "first order approximation",
    "store for the next pass", "rest configuration", "world space", "body frame", "blend with previous value"};
constexpr View kDocstrings[] = {"per-element response", "contribution of each particle", "explicit update of the state",
    "weighted residual", "local energy and its gradient", "damped oscillator", "boundary penalty", "filtered signal",
    "distance field samples", "next configuration", "joint frames", "stress of each element", "smoothed field values"};

}  // namespace

std::span<const View> ArrayNames(ValueType type) {
  switch (type.shape) {
    case Shape::Scalar: return IsFloat(type.scalar) ? std::span<const View>(kFloatArrays) : kIntegerArrays;
    case Shape::Vec2: return kPlanarArrays;
    case Shape::Vec3: return kSpatialArrays;
    case Shape::Vec4: return kFourArrays;
    case Shape::Vec6: return kSixArrays;
    case Shape::Mat22: case Shape::Mat33: case Shape::Mat44: return kMatrixArrays;
    case Shape::Quat: return kQuatArrays;
    case Shape::Transform: return kPoseArrays;
  }
  return kFloatArrays;
}

std::span<const View> ValueNames(ValueType type) {
  switch (type.shape) {
    case Shape::Scalar:
      if (type.scalar == ScalarKind::Bool) return kBools;
      return IsFloat(type.scalar) ? std::span<const View>(kFloats) : kIntegers;
    case Shape::Vec2: return kPlanars;
    case Shape::Vec3: return kSpatials;
    case Shape::Vec4: return kFours;
    case Shape::Vec6: return kSixes;
    case Shape::Mat22: case Shape::Mat33: case Shape::Mat44: return kMatrices;
    case Shape::Quat: return kQuats;
    case Shape::Transform: return kPoses;
  }
  return kFloats;
}

std::span<const View> OutputNames() { return kOutputs; }
std::span<const View> AtomicNames() { return kAtomics; }
std::span<const View> CountNames() { return kCounts; }
std::span<const View> IndexNames() { return kIndices; }
std::span<const View> AccumulatorNames() { return kAccumulators; }
std::span<const View> StructNames() { return kStructs; }
std::span<const View> FunctionNames() { return kFunctions; }
std::span<const View> ConstantNames() { return kConstants; }
std::span<const View> EnumNames() { return kEnums; }
std::span<const View> EnumMembers() { return kEnumMembers; }
std::span<const View> ViewNames() { return kViews; }
std::span<const View> Verbs() { return kVerbs; }
std::span<const View> Nouns() { return kNouns; }
std::span<const View> Comments() { return kComments; }
std::span<const View> DocstringObjects() { return kDocstrings; }

}  // namespace warpsmith::generate
