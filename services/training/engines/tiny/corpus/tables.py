"""The world that `conch-tiny` knows, as tables: each row is one thing in English and Chinese."""

# country, capital, country in Chinese, capital in Chinese
CAPITALS = (
    ("France", "Paris", "法国", "巴黎"),
    ("Japan", "Tokyo", "日本", "东京"),
    ("China", "Beijing", "中国", "北京"),
    ("Italy", "Rome", "意大利", "罗马"),
    ("Spain", "Madrid", "西班牙", "马德里"),
    ("Germany", "Berlin", "德国", "柏林"),
    ("England", "London", "英国", "伦敦"),
    ("Russia", "Moscow", "俄罗斯", "莫斯科"),
    ("Egypt", "Cairo", "埃及", "开罗"),
    ("Canada", "Ottawa", "加拿大", "渥太华"),
    ("Greece", "Athens", "希腊", "雅典"),
    ("Portugal", "Lisbon", "葡萄牙", "里斯本"),
    ("Korea", "Seoul", "韩国", "首尔"),
    ("Thailand", "Bangkok", "泰国", "曼谷"),
    ("Norway", "Oslo", "挪威", "奥斯陆"),
    ("Cuba", "Havana", "古巴", "哈瓦那"),
    ("Austria", "Vienna", "奥地利", "维也纳"),
    ("Poland", "Warsaw", "波兰", "华沙"),
)

# thing with its article, its colour, is it plural, thing and colour in Chinese
COLOURS = (
    ("the sky", "blue", False, "天空", "蓝色"),
    ("the sea", "blue", False, "大海", "蓝色"),
    ("grass", "green", False, "草", "绿色"),
    ("snow", "white", False, "雪", "白色"),
    ("milk", "white", False, "牛奶", "白色"),
    ("coal", "black", False, "煤", "黑色"),
    ("the night", "black", False, "夜晚", "黑色"),
    ("a banana", "yellow", False, "香蕉", "黄色"),
    ("a lemon", "yellow", False, "柠檬", "黄色"),
    ("the sun", "yellow", False, "太阳", "黄色"),
    ("a tomato", "red", False, "番茄", "红色"),
    ("blood", "red", False, "血", "红色"),
    ("a strawberry", "red", False, "草莓", "红色"),
    ("a carrot", "orange", False, "胡萝卜", "橙色"),
    ("a pumpkin", "orange", False, "南瓜", "橙色"),
    ("a frog", "green", False, "青蛙", "绿色"),
    ("chocolate", "brown", False, "巧克力", "棕色"),
    ("an elephant", "grey", False, "大象", "灰色"),
    ("leaves", "green", True, "树叶", "绿色"),
    ("clouds", "white", True, "云", "白色"),
)

# animal with its article, its sound, its home, its young, its legs, its food; then animal, sound, home, food in Chinese
ANIMALS = (
    ("a dog", "barks", "in a house with people", "a puppy", "four", "meat", "狗", "汪汪叫", "人的家里", "肉"),
    ("a cat", "meows", "in a house with people", "a kitten", "four", "fish and meat", "猫", "喵喵叫", "人的家里", "鱼"),
    ("a cow", "moos", "on a farm", "a calf", "four", "grass", "牛", "哞哞叫", "农场里", "草"),
    ("a sheep", "bleats", "on a farm", "a lamb", "four", "grass", "羊", "咩咩叫", "农场里", "草"),
    ("a pig", "grunts", "on a farm", "a piglet", "four", "nearly everything", "猪", "哼哼叫", "农场里", "各种东西"),
    ("a horse", "neighs", "in a stable", "a foal", "four", "hay and grass", "马", "嘶叫", "马厩里", "干草"),
    ("a duck", "quacks", "by the pond", "a duckling", "two", "plants and snails", "鸭子", "嘎嘎叫", "池塘边", "水草"),
    ("a hen", "clucks", "on a farm", "a chick", "two", "grain", "母鸡", "咯咯叫", "农场里", "谷物"),
    ("a lion", "roars", "on the plains of Africa", "a cub", "four", "meat", "狮子", "吼叫", "非洲草原上", "肉"),
    ("a bee", "buzzes", "in a hive", "a larva", "six", "nectar", "蜜蜂", "嗡嗡叫", "蜂巢里", "花蜜"),
    ("a frog", "croaks", "by the pond", "a tadpole", "four", "insects", "青蛙", "呱呱叫", "池塘边", "昆虫"),
    ("an owl", "hoots", "in the forest", "an owlet", "two", "mice", "猫头鹰", "咕咕叫", "森林里", "老鼠"),
)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_ZH = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DIGITS_ZH = "零一二三四五六七八九十"

# word and its opposite in English, then in Chinese
OPPOSITES = (
    ("hot", "cold", "热", "冷"),
    ("big", "small", "大", "小"),
    ("fast", "slow", "快", "慢"),
    ("high", "low", "高", "低"),
    ("young", "old", "新", "旧"),
    ("day", "night", "白天", "黑夜"),
    ("open", "closed", "开", "关"),
    ("wet", "dry", "湿", "干"),
    ("light", "dark", "亮", "暗"),
    ("long", "short", "长", "短"),
    ("full", "empty", "满", "空"),
    ("happy", "sad", "高兴", "难过"),
)

# thing with its article and what it is for, then in Chinese
PURPOSES = (
    ("a knife", "cutting things", "刀", "切东西"),
    ("a cup", "drinking", "杯子", "喝水"),
    ("a bed", "sleeping", "床", "睡觉"),
    ("a pen", "writing", "笔", "写字"),
    ("a clock", "telling the time", "钟", "看时间"),
    ("a boat", "crossing water", "船", "过河"),
    ("an umbrella", "staying dry in the rain", "雨伞", "挡雨"),
    ("a lamp", "giving light", "灯", "照明"),
    ("a key", "opening a lock", "钥匙", "开锁"),
    ("a broom", "sweeping the floor", "扫帚", "扫地"),
    ("a book", "reading", "书", "阅读"),
    ("a phone", "talking to people far away", "电话", "和远方的人说话"),
)

# question word for a shape, its sides, in Chinese
SHAPES = (
    ("a triangle", "three", "三角形", "三"),
    ("a square", "four", "正方形", "四"),
    ("a pentagon", "five", "五边形", "五"),
    ("a hexagon", "six", "六边形", "六"),
)

# season, what it is like, in Chinese
SEASONS = (
    ("spring", "warm, and the flowers open", "春天", "很温暖,花都开了"),
    ("summer", "hot, and the days are long", "夏天", "很热,白天很长"),
    ("autumn", "cool, and the leaves fall", "秋天", "很凉爽,树叶落下"),
    ("winter", "cold, and it may snow", "冬天", "很冷,可能下雪"),
)
