namespace ConsulKvTools;

/// <summary>How sure it is that a text is a secret.</summary>
public enum SecretConfidence
{
    /// <summary>It looks random; many things do.</summary>
    Low,

    /// <summary>Its name or its shape says so, but either is used for other things too.</summary>
    Medium,

    /// <summary>Its shape belongs to nothing else, or it stands under the name of a password.</summary>
    High,
}
