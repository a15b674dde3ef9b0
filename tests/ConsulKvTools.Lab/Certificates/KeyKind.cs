namespace ConsulKvTools.Lab;

/// <summary>Kind and size of a key.</summary>
public enum KeyKind
{
    /// <summary>ECDSA on P-256, what <c>consul tls</c> makes; quick to make.</summary>
    EcdsaP256,

    /// <summary>ECDSA on P-384.</summary>
    EcdsaP384,

    /// <summary>RSA with 2048 bits.</summary>
    Rsa2048,

    /// <summary>RSA with 1024 bits: too weak.</summary>
    Rsa1024,
}
