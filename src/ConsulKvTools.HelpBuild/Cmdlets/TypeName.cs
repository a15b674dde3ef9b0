namespace ConsulKvTools.HelpBuild.Cmdlets;

/// <summary>How help writes types.</summary>
internal static class TypeName
{
    /// <summary>The type without its nullability.</summary>
    public static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>Short: <c>String[]</c>.</summary>
    public static string Of(Type type) => Bare(type) is { IsGenericType: true } generic
        ? $"{generic.Name.Split('`')[0]}[{string.Join(", ", generic.GetGenericArguments().Select(Of))}]" : Bare(type).Name;

    /// <summary>With its namespace: <c>System.String</c>. A list is called by what it holds, since the pipeline brings one at a time.</summary>
    public static string FullOf(Type type)
    {
        var bare = Bare(type);
        return bare.IsArray && bare != typeof(byte[]) ? FullOf(bare.GetElementType()!) : bare.FullName!;
    }
}
