namespace ConsulKvTools.Acl.Evaluation;

/// <summary>What the rules say to one operation on one name.</summary>
/// <param name="Allowed">True when it is allowed.</param>
/// <param name="Rule">The rule that decides; null when no rule speaks of it and the default policy decides.</param>
internal readonly record struct AclVerdict(bool Allowed, AclMergedRule? Rule);
