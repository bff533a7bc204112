"""What the columns of a household register may be called (CONTRACT, "Headers are synonyms")."""

import re

from tongxin.core.headers import Field, Vocabulary

NAME, ID, PHONES, SEX, BIRTH = "name", "id", "phones", "sex", "birth"
BUILDING, UNIT, ROOM, ADDRESS, COMPOUND = "building", "unit", "room", "address", "compound"
RELATION, NOTES = "relation", "notes"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_B, _U, _R = r"(?:楼|栋|幢|座)", r"单元", r"(?:室|房|门牌|户)"

NAME_WORDS = _words(
    "姓名 名字 居民姓名 人员姓名 志愿者姓名 住户姓名 成员姓名 家庭成员姓名 家庭成员 人员名称 本人姓名 居住人姓名 居住人员姓名 "
    "居住人 常住人口姓名 人口姓名 中文姓名 真实姓名 被登记人 被登记人姓名 住户 名称 姓名全称 name"
)
ID_WORDS = _words(
    "身份证号 证件号码 身份证号码 公民身份号码 身份证 证件号 身份号码 居民身份证号 居民身份证号码 公民身份证号码 公民身份证号 "
    "证件编号 身份证件号码 身份证件号 有效证件号码 有效证件号 证照号码 身份证/证件号 身份证(证件)号 本人身份证号 身份证号/护照号 "
    "身份证编号 公民身份证 id idno idnumber"
)
PHONE_WORDS = _words(
    "联系电话 手机号 手机号码 手机 电话 联系方式 电话号码 联系手机 联系手机号 本人电话 本人手机 移动电话 固定电话 座机 座机号码 "
    "联系号码 备用电话 备用手机 备用号码 联系电话1 联系电话2 电话1 电话2 手机1 手机2 手机号1 手机号2 手机/电话 电话/手机 "
    "住宅电话 家庭电话 常用电话 常用手机号 phone tel mobile"
)
ADDRESS_WORDS = _words(
    "住址 详细地址 现住址 楼栋房号 家庭住址 家庭地址 居住地址 现居住地址 现居地址 地址 房屋地址 住房地址 门牌地址 详细住址 居住地 "
    "现住地址 常住地址 居住详细地址 现居住地 现居住详细地址 小区地址 房屋坐落 房屋位置 住所 楼房号 楼栋门牌 楼栋门牌号 楼室号 "
    "居住住址 房屋详细地址 楼栋号房号 楼幢房号 具体住址 具体地址 address"
)
BUILDING_WORDS = _words(
    "楼栋 栋号 楼号 幢 幢号 楼栋号 栋 楼 楼宇 楼幢 楼幢号 楼座 座 座号 楼栋名称 所在楼栋 居住楼栋 楼栋编号 楼牌号 栋数 楼 楼宇号 "
    "号楼 所属楼栋 小区楼栋 楼栋(幢) building"
)
UNIT_WORDS = _words("单元 单元号 单元数 所在单元 单元编号 单元门 unit")
ROOM_WORDS = _words(
    "房号 门牌号 室号 房间号 室 房间 门牌 房屋编号 户室 房室号 门号 房屋号 门室号 房门号 房牌号 户室号 房号/室号 房间编号 "
    "门牌号码 房号室号 room"
)
COMPOUND_WORDS = _words(
    "小区 小区名称 所在小区 居住小区 所属小区 小区名 院落 院落名称 组团 片区 自然村 村组 村民小组 compound"
)
RELATION_WORDS = _words(
    "与户主关系 关系 家庭关系 与户主的关系 户主关系 成员关系 与房主关系 称谓 家庭成员关系 与户主之关系 同户主关系 与业主关系 relation"
)
NOTES_WORDS = _words(
    "备注 特殊情况 说明 情况说明 人员类别 重点人群 特殊人群 人员类型 其他情况 备注信息 备注说明 特殊情况说明 政治面貌 健康状况 "
    "身体状况 身体情况 类别 标签 特殊群体 重点人员 其他 其它 情况备注 人群分类 人群类别 人员分类 特殊人员 居住情况 居住状况 居住性质 "
    "独居 独居老人 孕妇 低保 低保户 残疾 残疾人 党员 高龄 高龄老人 慢病 慢性病 婴幼儿 租户 精神障碍 血透 透析 困境儿童 "
    "关爱对象 需求 特殊需求 健康情况 notes remark remarks"
)

REGISTER = Vocabulary(
    fields=(
        Field(
            ADDRESS,
            ADDRESS_WORDS,
            re.compile(rf"{_B}.*(?:{_U}|{_R})|{_U}.*{_R}|地址|住址|住所"),
            several=True,
        ),
        Field(RELATION, RELATION_WORDS, re.compile(r"关系|称谓")),
        Field(ID, ID_WORDS, re.compile(r"身份证|证件号|身份号码|护照号")),
        Field(NAME, NAME_WORDS, re.compile(r"姓名|名字")),
        Field(PHONES, PHONE_WORDS, re.compile(r"电话|手机|联系方式|座机"), several=True),
        Field(SEX, _words("性别 性 男/女 sex gender"), re.compile(r"性别")),
        Field(
            BIRTH,
            _words("出生日期 出生年月日 生日 出生年月 出生 出生时间 出生日 生辰 birth birthday birthdate"),
            re.compile(r"出生(?!地)|生日"),
        ),
        Field(COMPOUND, COMPOUND_WORDS),
        Field(UNIT, UNIT_WORDS, re.compile(rf"{_U}")),
        Field(ROOM, ROOM_WORDS, re.compile(r"房号|室号|门牌|房间号|户室")),
        Field(BUILDING, BUILDING_WORDS, re.compile(r"楼栋|栋号|幢号|楼号|几栋|几幢|栋\(|幢\(")),
        Field(
            NOTES,
            NOTES_WORDS,
            re.compile(r"备注|情况|说明|人群|是否.*(?:独居|孕|低保|残疾|党员|透析)"),
            several=True,
        ),
    ),
    required=frozenset({NAME}),
    foreign=re.compile(
        r"身份证(?:上)?(?:地址|住址|有效|照)|户籍|籍贯|户口|出生地|工作|单位(?!元)|公司|学校|就业|户主(?:姓名|身份|证件|电话|手机|联系)|监护人|紧急|联系人|房东|业主|"
        r"产权|父亲|母亲|配偶|子女|登记人|填表|网格|楼长|栋长|负责|类型$|种类|有效期|照片|车|来源|原住|核酸|疫苗|接种|面积|邮|微信|年龄"
    ),
)
