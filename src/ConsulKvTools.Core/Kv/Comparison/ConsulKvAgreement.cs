namespace ConsulKvTools;

/// <summary>How far environments agree in a key.</summary>
public enum ConsulKvAgreement
{
    /// <summary>All have it, and it is the same.</summary>
    Same,

    /// <summary>All have it, and it is not the same everywhere.</summary>
    Differs,

    /// <summary>Some lack it.</summary>
    Missing,

    /// <summary>In some the token may not read it, so nobody knows.</summary>
    Unknown,
}
