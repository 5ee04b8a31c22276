using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Engine.Inference.Tests;

/// <summary>Reads from an assembly which types the code of a namespace names: in fields, signatures, base types and method bodies.</summary>
internal sealed class TypeReferenceReader(PEReader file) : ISignatureTypeProvider<string, object?>
{
    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value);

    private readonly MetadataReader _reader = file.GetMetadataReader();
    private readonly HashSet<string> _names = [];

    public HashSet<string> OfNamespace(string name)
    {
        int types = 0;
        foreach (TypeDefinitionHandle handle in _reader.TypeDefinitions)
        {
            string full = NameOf(handle);
            if (full.StartsWith(name + ".", StringComparison.Ordinal))
            {
                types++;
                Read(_reader.GetTypeDefinition(handle));
            }
        }

        Assert.True(types > 0, $"no types in {name}");
        return _names;
    }

    private void Read(TypeDefinition type)
    {
        Add(type.BaseType);
        foreach (InterfaceImplementationHandle handle in type.GetInterfaceImplementations())
        {
            Add(_reader.GetInterfaceImplementation(handle).Interface);
        }

        foreach (FieldDefinitionHandle handle in type.GetFields())
        {
            _names.Add(_reader.GetFieldDefinition(handle).DecodeSignature(this, null));
        }

        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = _reader.GetMethodDefinition(handle);
            Add(method.DecodeSignature(this, null));
            if (method.RelativeVirtualAddress != 0)
            {
                ReadBody(file.GetMethodBody(method.RelativeVirtualAddress));
            }
        }
    }

    private void ReadBody(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            _names.UnionWith(_reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null));
        }

        BlobReader code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            OpCode operation = OpCodesByValue[value == 0xFE ? 0xFE00 | code.ReadByte() : value];
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                    Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }
    }

    private void Add(MethodSignature<string> signature)
    {
        _names.Add(signature.ReturnType);
        _names.UnionWith(signature.ParameterTypes);
    }

    private void Add(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                _names.Add(NameOf((TypeDefinitionHandle)handle));
                break;
            case HandleKind.TypeReference:
                _names.Add(NameOf((TypeReferenceHandle)handle));
                break;
            case HandleKind.TypeSpecification:
                _names.Add(_reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null));
                break;
            case HandleKind.MethodDefinition:
                Add((EntityHandle)_reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Add((EntityHandle)_reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Add(_reader.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification specification = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(specification.Method);
                _names.UnionWith(specification.DecodeSignature(this, null));
                break;
            default:
                break;
        }
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _reader.GetTypeDefinition(handle);
        TypeDefinitionHandle outer = type.GetDeclaringType();
        return outer.IsNil ? $"{_reader.GetString(type.Namespace)}.{_reader.GetString(type.Name)}" : $"{NameOf(outer)}+{_reader.GetString(type.Name)}";
    }

    private string NameOf(TypeReferenceHandle handle)
    {
        TypeReference type = _reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf((TypeReferenceHandle)type.ResolutionScope)}+{_reader.GetString(type.Name)}"
            : $"{_reader.GetString(type.Namespace)}.{_reader.GetString(type.Name)}";
    }

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Note(NameOf(handle));

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Note(NameOf(handle));

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    // Parts of a composite are noted one by one, where they are met.
    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => genericType;

    public string GetSZArrayType(string elementType) => elementType;

    public string GetArrayType(string elementType, ArrayShape shape) => elementType;

    public string GetByReferenceType(string elementType) => elementType;

    public string GetPointerType(string elementType) => elementType;

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "";

    public string GetGenericMethodParameter(object? genericContext, int index) => "";

    public string GetGenericTypeParameter(object? genericContext, int index) => "";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "";

    private string Note(string name)
    {
        _names.Add(name);
        return name;
    }
}
