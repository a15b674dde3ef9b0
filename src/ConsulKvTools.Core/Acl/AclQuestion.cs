namespace ConsulKvTools.Acl;

/// <summary>One question to Consul's authorizer.</summary>
/// <param name="Resource">The kind of thing: <c>key</c>, <c>session</c>, <c>agent</c>…</param>
/// <param name="Access"><c>read</c>, <c>write</c> or <c>list</c>.</param>
/// <param name="Segment">Its name.</param>
internal readonly record struct AclQuestion(string Resource, string Access, string Segment);
