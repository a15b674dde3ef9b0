namespace ConsulKvTools.Acl.Rules;

/// <summary>What a rule grants, from least to most. <see cref="Deny"/> is no lack of a rule: it takes away.</summary>
internal enum AclAccess
{
    Deny,
    Read,
    List,
    Write,
}
